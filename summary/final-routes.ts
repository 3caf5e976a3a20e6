import { openEntrances } from '../model/entrances/index.ts';
import type { Exposure, PassedOn } from '../model/exposure.ts';
import { objectText } from '../model/manifest.ts';
import type { Stack } from '../model/stack.ts';
import { type Door, type Route, selected } from '../model/topology.ts';
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
      code(route.match),
      servedBy(stack, route),
      through(stack, route),
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

/** The entrance whose objects are of this kind. */
function entranceOf(stack: Stack, { object }: PassedOn) {
  return openEntrances(stack).find(({ entrance: { routeKinds } }) =>
    routeKinds.some(({ group, kind }) => group === object.group && kind === object.kind),
  );
}

function through(stack: Stack, route: PassedOn): Content {
  const found = entranceOf(stack, route);
  if (found === undefined) return code(objectText(route.object));
  const { entrance, doors } = found;
  return entrance.peer(doors.public ?? doors.lan).title;
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
