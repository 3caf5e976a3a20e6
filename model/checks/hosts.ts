import { LAN_NAMES } from '../components/index.ts';
import { dotted } from '../reading/yaml-source.ts';
import { party } from '../topology.ts';
import type { Check, CheckFinding } from './check.ts';
import { isDerived, type NamedHost, namedHosts } from './named-hosts.ts';

/** Every browser page and API needs a host of its own: two on one host would share cookies and routes. */
export const checkHosts: Check = (written, stack) => {
  const findings: CheckFinding[] = [];
  const hosts = [...namedHosts(written, stack)];
  for (const component of LAN_NAMES) {
    const host = written.expose.lan?.names?.[component];
    if (host === undefined) continue;
    const path = ['expose', 'lan', 'names', component];
    if (stack[component] !== undefined) {
      hosts.push({ component, host, path });
      continue;
    }
    findings.push({
      code: 'MG025',
      at: path,
      what: `${dotted(path)} is "${host}", but this stack has no ${component}`,
      remedy: `add or enable ${component}, or remove the name`,
    });
  }
  const seen = new Map<string, NamedHost>();
  for (const entry of hosts) {
    const first = seen.get(entry.host);
    if (first === undefined) {
      seen.set(entry.host, entry);
      continue;
    }
    const [at, other] = isDerived(entry) ? [first, entry] : [entry, first];
    findings.push({
      code: 'MG020',
      at: at.path,
      other: other.path,
      what: `"${entry.host}" is the host of ${owner(first)} and of ${owner(entry)}`,
      remedy: 'give each its own host',
    });
  }
  // Who answers every path serves pages, and pages run scripts: on the homeserver's own name those could read its answers.
  const everyPath = stack.topology.routes.filter(({ match }) => match.kind === 'all');
  const withPages = new Set<string>(everyPath.map(({ to }) => party(stack.topology, to).setting));
  for (const { component, host, path } of hosts) {
    if (!withPages.has(component) || stack.wellKnown.at !== 'here' || host !== stack.serverName) continue;
    findings.push({
      code: 'MG020',
      at: path,
      other: ['serverName'],
      what: `"${host}" is the server name's own host and the host of ${component}`,
      remedy: `give ${component} a host of its own, such as ${component}.${host}`,
    });
  }
  return findings;
};

/** `element.host`; `element (by default)` where the file leaves it to the server name. */
function owner(named: NamedHost): string {
  return isDerived(named) ? `${named.component} (by default)` : dotted(named.path);
}
