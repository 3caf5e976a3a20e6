import { type Json, mapping, mappings, need, number, text } from './json.ts';
import type { Answer, PodNetwork } from './network.ts';

/** An HTTP question the kubelet asks. */
export interface HttpProbe {
  /** `startupProbe`, `readinessProbe` or `livenessProbe`. */
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Number of a container's port, written as a number or as its name. */
export function portNumber(container: Json, port: unknown): number {
  if (typeof port === 'number') return port;
  const named = mappings(container, 'ports').find((candidate) => text(candidate, 'name') === port);
  return need(number(named, 'containerPort'), `port ${String(port)} of container ${text(container, 'name')}`);
}

/** The container's HTTP probes. */
export function httpProbes(container: Json): HttpProbe[] {
  return ['startupProbe', 'readinessProbe', 'livenessProbe'].flatMap((name) => {
    const get = mapping(container, name, 'httpGet');
    if (get.port === undefined) return [];
    const headers = mappings(get, 'httpHeaders').map((header) => [
      text(header, 'name') ?? '',
      text(header, 'value') ?? '',
    ]);
    return [
      {
        name,
        port: portNumber(container, get.port),
        path: text(get, 'path') ?? '/',
        headers: Object.fromEntries(headers),
      },
    ];
  });
}

/** Asks a probe's question as the kubelet does. */
export function ask(network: PodNetwork, probe: HttpProbe): Promise<Answer> {
  return network.request(probe.port, probe.path, { headers: probe.headers });
}
