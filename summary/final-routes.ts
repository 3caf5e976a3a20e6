import type { Exposure, PassedOn } from '../model/exposure.ts';
import type { Stack } from '../model/stack.ts';
import { type Door, listeners, PEERS, type Route } from '../model/topology.ts';
import { type Content, code, joined } from './markdown.ts';

/** True where the finished objects still pass on what the stack meant. Without overrides they always do. */
export function isStillThere(route: Route, exposure: Exposure | undefined): boolean {
  if (exposure === undefined) return true;
  const { service, namespace, port } = route.to;
  const asked = route.match.kind === 'all' || route.match.kind === 'regex' ? ['/'] : route.match.paths;
  return exposure.routes.some(
    ({ hosts, to, passes }) =>
      hosts.includes(route.host) &&
      to === `${namespace}/${service}:${port}` &&
      (route.match.kind === 'regex' || asked.every((path) => passes(route.host, path))),
  );
}

/** Rows for what overrides and included objects let an entrance pass on, in the words of the object. */
export function newRows(
  stack: Stack,
  door: Door,
  exposure: Exposure | undefined,
): readonly (readonly Content[])[] {
  if (exposure === undefined) return [];
  const hosts = hostsByObject(exposure.routes);
  return exposure.newRoutes
    .filter((route) => doorOf(stack, route, hosts.get(route.object.name) ?? new Set()) === door)
    .map((route) => [
      route.hosts.length === 0 ? 'every host' : joined(route.hosts.map(code)),
      code(route.match),
      servedBy(stack, route),
      listeners(stack.topology, isTunnel(route) ? PEERS.tunnel : PEERS.traefik)
        .map(({ title }) => title)
        .join(', '),
    ]);
}

/** All hosts of each object with routes. */
function hostsByObject(routes: readonly PassedOn[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { object, hosts } of routes) {
    const known = found.get(object.name) ?? new Set();
    for (const host of hosts) known.add(host);
    found.set(object.name, known);
  }
  return found;
}

function isTunnel({ object }: PassedOn): boolean {
  return object.kind === 'TunnelBinding';
}

/** A route of Traefik is for the local network only where all else of its object is. */
function doorOf({ topology, expose }: Stack, route: PassedOn, hosts: ReadonlySet<string>): Door {
  if (isTunnel(route)) return 'public';
  if (expose.public?.via !== 'traefik') return 'lan';
  const claims = topology.hosts.filter(({ host }) => hosts.has(host));
  return claims.length > 0 && claims.every(({ door }) => door === 'lan') ? 'lan' : 'public';
}

function servedBy({ topology }: Stack, { to }: PassedOn): Content {
  const service = topology.services.find(({ name, namespace }) => to.startsWith(`${namespace}/${name}:`));
  if (service === undefined) return code(to);
  const titles = topology.workloads
    .filter(({ id, role }) =>
      'id' in service.selects ? id === service.selects.id : role === service.selects.role,
    )
    .map(({ title }) => title);
  return titles.length === 0 ? code(to) : titles.join(', ');
}
