import * as z from 'zod';
import { host, objectName } from '../../../src/stack/fields.ts';

const one = {
  kind: z.enum(['ClusterTunnel', 'Tunnel']).optional().describe('Default: ClusterTunnel.'),
  name: objectName.describe('Name of the tunnel object that the operator runs.'),
  zone: host.describe('The Cloudflare DNS zone of the hosts, such as example.org.'),
  edgeCertificate: z
    .enum(['universal', 'advanced'])
    .optional()
    .describe(
      "Cloudflare's certificate for the zone: universal covers the zone and names one level below it, advanced covers what you ordered. Default: universal.",
    ),
};

/** What is written of the tunnels of a door. */
export const tunnelSchema = z.strictObject({
  ...one,
  others: z
    .array(z.strictObject(one))
    .min(1, 'write at least one tunnel')
    .max(20, 'write at most 20 tunnels')
    .optional()
    .describe('Further tunnels, for hosts in other zones: each host goes through the tunnel of its zone.'),
});

/** A Cloudflare tunnel, run by an operator in the cluster. */
export interface Tunnel {
  readonly kind: 'ClusterTunnel' | 'Tunnel';
  readonly name: string;
  /** The DNS zone the tunnel's hosts live in. */
  readonly zone: string;
  readonly edgeCertificate: 'universal' | 'advanced';
}

/** The tunnels of a door, a main one and others. */
export interface Tunnels extends Tunnel {
  readonly others: readonly Tunnel[];
}

type Written = Omit<z.infer<typeof tunnelSchema>, 'others'>;

function resolveOne({ kind, name, zone, edgeCertificate }: Written): Tunnel {
  return { kind: kind ?? 'ClusterTunnel', name, zone, edgeCertificate: edgeCertificate ?? 'universal' };
}

/** Fills in the defaults. */
export function resolveTunnels({ others = [], ...main }: z.infer<typeof tunnelSchema>): Tunnels {
  return { ...resolveOne(main), others: others.map(resolveOne) };
}

/** Every tunnel of a door, the main one first. */
export function allTunnels({ others, ...main }: Tunnels): readonly [Tunnel, ...Tunnel[]] {
  return [main, ...others];
}

/** True for a zone and everything below it. */
export function isIn(zone: string, name: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** The tunnel whose zone a host is in, the longest of several; the main one for a host outside all of them. */
export function tunnelFor(own: Tunnels, name: string): Tunnel {
  const all = allTunnels(own);
  const fitting = all.filter(({ zone }) => isIn(zone, name));
  return fitting.toSorted((a, b) => b.zone.length - a.zone.length)[0] ?? all[0];
}
