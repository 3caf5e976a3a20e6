import type { Path } from '../yaml-source.ts';
import type { Check, CheckFinding } from './check.ts';

/** A host name and the field that decides it. */
interface NamedHost {
  readonly path: Path;
  readonly host: string;
}

const COMPONENTS = ['synapse', 'element', 'livekit', 'jitsi'] as const;

/** Every browser page and API needs a host of its own: two on one host would share cookies and routes. */
export const checkHosts: Check = (written, stack) => {
  const findings: CheckFinding[] = [];
  const hosts: NamedHost[] = [];
  for (const component of COMPONENTS) {
    const resolved = stack[component];
    if (resolved !== undefined) hosts.push({ path: [component, 'host'], host: resolved.host });
  }
  for (const component of COMPONENTS) {
    const name = written.expose.lan?.names?.[component];
    if (name === undefined) continue;
    const path = ['expose', 'lan', 'names', component];
    if (stack[component] === undefined) {
      findings.push({
        code: 'MG025',
        at: path,
        what: `expose.lan.names.${component} names something this stack does not have`,
        remedy: `add ${component}: or remove the name`,
      });
      continue;
    }
    hosts.push({ path, host: name });
  }
  const seen = new Map<string, NamedHost>();
  for (const entry of hosts) {
    const first = seen.get(entry.host);
    if (first === undefined) {
      seen.set(entry.host, entry);
      continue;
    }
    findings.push({
      code: 'MG020',
      at: entry.path,
      other: first.path,
      what: `"${entry.host}" is the host of ${first.path.join('.')} and of ${entry.path.join('.')}`,
      remedy: 'give each its own host',
    });
  }
  // Element and Jitsi run scripts: on the homeserver's own name they could read its answers.
  for (const component of ['element', 'jitsi'] as const) {
    if (stack.wellKnown === 'here' && stack[component]?.host === stack.serverName) {
      findings.push({
        code: 'MG020',
        at: [component, 'host'],
        other: ['serverName'],
        what: `"${stack.serverName}" is the server name's own host and the host of ${component}`,
        remedy: `give ${component} a host of its own, such as ${component}.${stack.serverName}`,
      });
    }
  }
  return findings;
};
