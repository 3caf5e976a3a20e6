import * as z from 'zod';
import { objectName } from '../../../src/stack/fields.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Path } from '../../../src/stack/reading/yaml-source.ts';
import { type Zone, zoneFields, zoneFor } from '../cloudflare.ts';

/** Room for the stack's name in front of it, in the names of the TunnelBindings of further tunnels. */
const NAME_LENGTH = 200;

const one = {
  kind: z.enum(['ClusterTunnel', 'Tunnel']).optional().describe('Default: ClusterTunnel.'),
  name: objectName
    .refine(
      ({ length }) => length <= NAME_LENGTH,
      `use a tunnel whose name has at most ${NAME_LENGTH} letters`,
    )
    .describe('Name of the tunnel object that the operator runs.'),
  ...zoneFields,
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
export interface Tunnel extends Zone {
  readonly kind: 'ClusterTunnel' | 'Tunnel';
  readonly name: string;
}

/** The tunnels of a door, a main one and others. */
export interface Tunnels extends Tunnel {
  readonly others?: readonly Tunnel[];
}

type Written = Omit<z.infer<typeof tunnelSchema>, 'others'>;

function resolveOne({ kind, name, zone, edgeCertificate }: Written): Tunnel {
  return { kind: kind ?? 'ClusterTunnel', name, zone, edgeCertificate: edgeCertificate ?? 'universal' };
}

/** Fills in the defaults. */
export function resolveTunnels({ others, ...main }: z.infer<typeof tunnelSchema>): Tunnels {
  return { ...resolveOne(main), ...(others === undefined ? {} : { others: others.map(resolveOne) }) };
}

/** Every tunnel of a door, the main one first. */
export function allTunnels({ others = [], ...main }: Tunnels): readonly [Tunnel, ...Tunnel[]] {
  return [main, ...others];
}

/** The tunnel that a host goes through. */
export function tunnelFor(own: Tunnels, host: string): Tunnel {
  return zoneFor(allTunnels(own), host);
}

/** Where the settings of a tunnel are, by its place among all of them. */
export function placeOf(at: Path, index: number): Path {
  return index === 0 ? at : [...at, 'others', index - 1];
}

/** Each tunnel is another one: the operator knows them by their names, and hosts by their zones. */
export function checkTunnels(
  { others = [], ...main }: z.infer<typeof tunnelSchema>,
  at: Path,
): readonly CheckFinding[] {
  const all = [main, ...others].map((tunnel, index) => ({ ...tunnel, path: placeOf(at, index) }));
  return all.flatMap((tunnel, index) =>
    (['name', 'zone'] as const).flatMap((key): readonly CheckFinding[] => {
      const earlier = all.slice(0, index).find((other) => other[key] === tunnel[key]);
      if (earlier === undefined) return [];
      return [
        {
          code: 'MG251',
          at: [...tunnel.path, key],
          other: [...earlier.path, key],
          what: `two tunnels have the ${key} "${tunnel[key]}"`,
          remedy:
            key === 'name'
              ? 'write the name of the tunnel of the other zone, or remove this one'
              : 'remove one of them: a host goes through one tunnel',
        },
      ];
    }),
  );
}
