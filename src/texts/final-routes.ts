import { entranceAt, openEntrances } from '../../charts/entrances/index.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { objectId, objectKey, objectText } from '../stack/manifest.ts';
import type { Exposure, PassedOn } from '../system/exposure.ts';
import {
  type Door,
  type Port,
  portOf,
  type Route,
  selected,
  type TcpRoute,
  type Workload,
} from '../topology/topology.ts';
import { type Content, code, joined, md } from './markdown.ts';

/** True where the finished objects still pass on what the stack meant. Without overrides they always do. */
export function isStillThere(stack: Stack, route: Route, exposure: Exposure | undefined): boolean {
  // Where no object says what is passed on, none can change it.
  const isUnsaid = entranceAt(stack, route.door)?.entrance.routeKinds.length === 0;
  return exposure === undefined || isUnsaid || passing(route, exposure).length > 0;
}

/** The same for whole connections. */
export function isStillPassed({ host, to: end }: TcpRoute, exposure: Exposure | undefined): boolean {
  const to = `${end.namespace}/${end.service}:${end.port}`;
  return exposure === undefined || exposure.routes.some((one) => one.to === to && one.hosts.includes(host));
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

/** What a route passes on and for whom, as the stack or else the finished objects say it. */
export function limited(paths: Content, route: Route, exposure: Exposure | undefined): Content {
  if (exposure === undefined) {
    const { allow } = route;
    return allow === undefined ? paths : md`${paths}, only from ${joined(allow.ranges.map(code))}`;
  }
  const all = passing(route, exposure);
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
      limitedTo(code(route.match), route.limitedBy),
      servedBy(stack, route),
      through(stack, route, door),
    ]);
}

/** Hosts that only an override has brought, with the door that leads to each. */
export function newHosts(
  stack: Stack,
  exposure: Exposure | undefined,
): readonly { readonly host: string; readonly door: Door; readonly isIncluded: boolean }[] {
  if (exposure === undefined) return [];
  const known = new Set(stack.topology.hosts.map(({ host }) => host));
  const hosts = hostsByObject(exposure.routes);
  const included = new Set(
    stack.included.flatMap(({ objects }) => objects.map(({ manifest }) => objectKey(objectId(manifest)))),
  );
  const found = exposure.newRoutes.flatMap((route) =>
    route.hosts
      .filter((host) => !known.has(host))
      .map((host) => ({
        host,
        door: doorOf(stack, route, hosts.get(route.object.name) ?? new Set()),
        isIncluded: included.has(objectKey(route.object)),
      })),
  );
  return [...new Map(found.map((one) => [one.host, one])).values()];
}

/** Who passes on what only an override lets pass, and the one who answers. */
export function newEnds(
  stack: Stack,
  exposure: Exposure | undefined,
): readonly { readonly entrance: string; readonly workload: Workload; readonly port: Port }[] {
  if (exposure === undefined) return [];
  const { topology } = stack;
  const hosts = hostsByObject(exposure.routes);
  return exposure.newRoutes.flatMap((route) => {
    const found = entranceOf(stack, route);
    const service = topology.services.find(({ name, namespace }) =>
      route.to.startsWith(`${namespace}/${name}:`),
    );
    const to = service?.ports.find(({ number }) => route.to.endsWith(`:${number}`))?.to;
    if (found === undefined || service === undefined || to === undefined) return [];
    const door = doorOf(stack, route, hosts.get(route.object.name) ?? new Set());
    const entrance = found.entrance.passer(found.doors[door]).id;
    return selected(topology, service).map((workload) => ({
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

/** The entrance whose objects are of this kind. */
function entranceOf(stack: Stack, { object }: PassedOn) {
  return openEntrances(stack).find(({ entrance: { routeKinds } }) =>
    routeKinds.some(({ group, kind }) => group === object.group && kind === object.kind),
  );
}

function through(stack: Stack, route: PassedOn, door: Door): Content {
  const found = entranceOf(stack, route);
  if (found === undefined) return code(objectText(route.object));
  const { entrance, doors } = found;
  return entrance.passer(doors[door]).title;
}

/** Where an entrance has both doors, a route is for the local network only where all else of its object is. */
function doorOf(stack: Stack, route: PassedOn, hosts: ReadonlySet<string>): Door {
  const doors = entranceOf(stack, route)?.doors;
  if (doors?.lan === undefined) return 'public';
  if (doors.public === undefined) return 'lan';
  const claims = stack.topology.hosts.filter(({ host }) => hosts.has(host));
  return claims.length > 0 && claims.every(({ door }) => door === 'lan') ? 'lan' : 'public';
}

function servedBy({ topology }: Stack, { to }: PassedOn): Content {
  const service = topology.services.find(({ name, namespace }) => to.startsWith(`${namespace}/${name}:`));
  return service === undefined
    ? code(to)
    : selected(topology, service)
        .map(({ title }) => title)
        .join(', ');
}
