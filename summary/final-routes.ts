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

/** Rows for what overrides let an entrance pass on, in the words of the object. */
export function newRows(
  stack: Stack,
  door: Door,
  exposure: Exposure | undefined,
): readonly (readonly Content[])[] {
  return (exposure?.newRoutes ?? [])
    .filter((route) => doorOf(stack, route, exposure) === door)
    .map((route) => [
      route.hosts.length === 0 ? 'every host' : joined(route.hosts.map(code)),
      code(route.match),
      servedBy(stack, route),
      listeners(stack.topology, isTunnel(route) ? PEERS.tunnel : PEERS.traefik)
        .map(({ title }) => title)
        .join(', '),
    ]);
}

function isTunnel({ object }: PassedOn): boolean {
  return object.kind === 'TunnelBinding';
}

/** A route of Traefik is for the local network only where all else of its object is. */
function doorOf({ topology, expose }: Stack, route: PassedOn, exposure: Exposure | undefined): Door {
  if (isTunnel(route)) return 'public';
  if (expose.public?.via !== 'traefik') return 'lan';
  const same = (exposure?.routes ?? []).filter(({ object }) => object.name === route.object.name);
  const hosts = new Set(same.flatMap((one) => one.hosts));
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
