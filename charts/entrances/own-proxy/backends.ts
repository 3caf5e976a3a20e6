import { addressOf, type Route, type Topology } from '../../../src/topology/topology.ts';

/** How a proxy reaches Services: through ports of the nodes, or by their names in the cluster. */
export interface Backend {
  readonly nodes?: { readonly address: string; readonly ports: Readonly<Record<string, number>> };
}

/** The Services behind routes, each once. */
export function servicesOf(routes: readonly Route[]): readonly string[] {
  return [...new Set(routes.map(({ to }) => to.service))];
}

/** `host:port` behind a route. A Service without a port is an error of its own. */
export function backendOf({ nodes }: Backend, topology: Topology, { to }: Route): string {
  if (nodes !== undefined) return `${nodes.address}:${nodes.ports[to.service] ?? to.port}`;
  const { host, port } = addressOf(topology, to);
  return `${host}:${port}`;
}

/** The routes of each host, in the order of the topology. */
export function byHost(routes: readonly Route[]): readonly (readonly [string, readonly Route[]])[] {
  const hosts = [...new Set(routes.map(({ host }) => host))];
  return hosts.map((host) => [host, routes.filter((route) => route.host === host)]);
}

/** Seconds that a proxy waits for an answer, and that a connection may be silent. */
export function longest(routes: readonly Route[]): number {
  const all = routes.flatMap(({ timeouts = {} }) => [timeouts.request ?? 0, timeouts.idle ?? 0]);
  // Joining a large room takes minutes.
  return Math.max(600, ...all);
}

/** The largest body of a request, in bytes; undefined where programs take a few kilobytes. */
export function largestBody(routes: readonly Route[]): number | undefined {
  const all = routes.flatMap(({ body }) => body?.bytes ?? []);
  return all.length === 0 ? undefined : Math.max(...all);
}
