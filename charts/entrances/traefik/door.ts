import * as z from 'zod';
import { keysOf } from '../../../src/plain/records.ts';
import { shortText } from '../../../src/stack/fields.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Path } from '../../../src/stack/reading/yaml-source.ts';
import type { TlsSource } from '../../../src/stack/tls.ts';
import type { StackFacts } from '../../../src/system/facts.ts';

/** A name as Traefik's command line takes it. */
export const entryPointName = shortText.regex(
  /^[A-Za-z0-9_-]+$/,
  "write the name of one of Traefik's entry points, such as websecure",
);

/** What is written where another entrance leads to Traefik. */
export const behindSchema = z
  .strictObject({
    entryPoint: entryPointName.describe(
      "Traefik's own name for an entry point of plain HTTP that does not redirect, and that only this entrance reaches.",
    ),
    address: shortText
      .regex(
        /^http:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?:[1-9][0-9]{1,4}$/,
        'write the address of that entry point in the cluster, such as http://traefik.traefik.svc.cluster.local:8000',
      )
      .describe(
        'Where that entry point is reached in the cluster: http://, the Service in full, and the port.',
      ),
  })
  .describe("The cluster's Traefik.");

/** Traefik behind another entrance, which ends TLS. */
export type Behind = z.infer<typeof behindSchema>;

/** A door that goes through Traefik: with the certificates that it ends TLS with, or behind another entrance. */
export type TraefikDoor = TlsSource | Behind;

/** True where another entrance leads to it. */
export function isBehind(door: TraefikDoor): door is Behind {
  return 'entryPoint' in door;
}

/**
 * The entry point is for that entrance alone: what comes there counts as having come through it, and where others come
 * too, they could claim any address, and reach without TLS what they should not.
 */
export function checkEntryPoint(
  { entryPoint }: Behind,
  at: Path,
  { cluster: { traefik } }: Pick<StackFacts, 'cluster'>,
): readonly CheckFinding[] {
  return keysOf(traefik.entryPoints)
    .filter((key) => traefik.entryPoints[key] === entryPoint)
    .map((key) => ({
      code: 'MG252',
      at: [...at, 'entryPoint'],
      what: `the entry point "${entryPoint}" is also Traefik's own for ${key.toUpperCase()}, which others reach as well`,
      remedy:
        'give Traefik an entry point for the tunnel alone, with a Service of its own, and write its name and address',
    }));
}
