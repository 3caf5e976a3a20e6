import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import { routeEnd } from '../../../src/topology/topology.ts';
import { LAN_NAMES } from '../../index.ts';
import type { Check } from './check.ts';
import { isDerived, type NamedHost, namedHosts } from './named-hosts.ts';

/** Longest name of the DNS as text (RFC 1035). */
const LONGEST_HOST = 253;

/** Every browser page and API needs a host of its own: two on one host would share cookies and routes. */
export const checkHosts: Check = (written, stack) => {
  const findings: CheckFinding[] = [];
  const hosts = namedHosts(written, stack);
  for (const component of LAN_NAMES) {
    const host = written.expose.lan?.names?.[component];
    if (host === undefined) continue;
    const path = ['expose', 'lan', 'names', component];
    if (stack[component] !== undefined) continue;
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
  // What a person wrote is checked as it is read; what is derived from the server name can be longer than that.
  const tooLong = hosts.find((one) => isDerived(one) && one.host.length > LONGEST_HOST);
  if (tooLong !== undefined) {
    const { component, host } = tooLong;
    findings.push({
      code: 'MG094',
      at: ['serverName'],
      what: `the host of ${component}, derived from the server name, has ${host.length} characters; host names have at most ${LONGEST_HOST}`,
      remedy: `write ${component}.host: with a shorter name`,
    });
  }
  // Who answers every path serves pages, and pages run scripts: on the homeserver's own name those could read its answers.
  const everyPath = stack.topology.routes.filter(({ match }) => match.kind === 'all');
  const hasPages = ({ component, host }: NamedHost): boolean =>
    everyPath.some(
      (route) =>
        route.host === host &&
        routeEnd(stack.topology, route).workloads.some(({ at }) => isOf(component, at)),
    );
  /** Whether others answer on the server name's own host too: the files that say where the homeserver is. */
  const isAnsweredByOthers = (component: string): boolean =>
    stack.topology.routes.some(
      (route) =>
        route.host === stack.serverName &&
        routeEnd(stack.topology, route).workloads.some(({ at }) => !isOf(component, at)),
    );
  for (const named of hosts) {
    const { component, host, path } = named;
    if (host !== stack.serverName || !hasPages(named) || !isAnsweredByOthers(component)) continue;
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

/** Whether a workload with this place belongs to a component, or to one of several programs of one. */
function isOf(component: string, at: Path): boolean {
  return `${dotted(at)}.`.startsWith(`${component}.`);
}

/** `element.host`; `element (by default)` where the file leaves it to the server name. */
function owner(named: NamedHost): string {
  return isDerived(named) ? `${named.component} (by default)` : dotted(named.path);
}
