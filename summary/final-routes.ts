import type { Exposure, PassedOn } from '../model/exposure.ts';
import type { Stack } from '../model/stack.ts';
import {
  type Door,
  listeners,
  PEERS,
  type Port,
  portOf,
  type Route,
  selected,
  type Workload,
} from '../model/topology.ts';
import { type Content, code, joined, md } from './markdown.ts';

/** True where the finished objects still pass on what the stack meant. Without overrides they always do. */
export function isStillThere(route: Route, exposure: Exposure | undefined): boolean {
  return exposure === undefined || passing(route, exposure).length > 0;
}

/** What of the finished objects passes on a route of the stack. */
function passing({ host, match, to: end }: Route, { routes }: Exposure): readonly PassedOn[] {
  const asked = match.kind === 'all' || match.kind === 'regex' ? ['/'] : match.paths;
  return routes.filter(
    ({ hosts, to, passes }) =>
      hosts.includes(host) &&
      to === `${end.namespace}/${end.service}:${end.port}` &&
      (match.kind === 'regex' || asked.every((path) => passes(host, path))),
  );
}

/** What a route passes on, and the middlewares that overrides have put before all of it. */
export function limited(paths: Content, route: Route, exposure: Exposure | undefined): Content {
  const all = exposure === undefined ? [] : passing(route, exposure);
  return all.some(({ limitedBy }) => limitedBy.length === 0)
    ? paths
    : limitedTo(
        paths,
        all.flatMap(({ limitedBy }) => limitedBy),
      );
}

function limitedTo(paths: Content, middlewares: readonly string[]): Content {
  if (middlewares.length === 0) return paths;
  return md`${paths}, limited by the middleware ${joined([...new Set(middlewares)].map(code), ' and ')}`;
}

/** Rows for what overrides let an entrance pass on, in the words of the object. */
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
      limitedTo(code(route.match), route.limitedBy),
      servedBy(stack, route),
      listeners(stack.topology, isTunnel(route) ? PEERS.tunnel : PEERS.traefik)
        .map(({ title }) => title)
        .join(', '),
    ]);
}

/** Hosts that only an override has brought, with the door that leads to each. */
export function newHosts(
  stack: Stack,
  exposure: Exposure | undefined,
): readonly { readonly host: string; readonly door: Door }[] {
  if (exposure === undefined) return [];
  const known = new Set(stack.topology.hosts.map(({ host }) => host));
  const hosts = hostsByObject(exposure.routes);
  const found = exposure.newRoutes.flatMap((route) =>
    route.hosts
      .filter((host) => !known.has(host))
      .map((host) => ({ host, door: doorOf(stack, route, hosts.get(route.object.name) ?? new Set()) })),
  );
  return [...new Map(found.map((one) => [one.host, one])).values()];
}

/** Who passes on what only an override lets pass, and the one who answers. */
export function newEnds(
  { topology }: Stack,
  exposure: Exposure | undefined,
): readonly { readonly entrance: string; readonly workload: Workload; readonly port: Port }[] {
  return (exposure?.newRoutes ?? []).flatMap((route) => {
    const entrance = isTunnel(route) ? PEERS.tunnel : PEERS.traefik;
    const service = topology.services.find(({ name, namespace }) =>
      route.to.startsWith(`${namespace}/${name}:`),
    );
    const to = service?.ports.find(({ number }) => route.to.endsWith(`:${number}`))?.to;
    if (service === undefined || to === undefined) return [];
    return selected(topology, service.selects).map((workload) => ({
      entrance,
      workload,
      port: portOf(workload, to),
    }));
  });
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
