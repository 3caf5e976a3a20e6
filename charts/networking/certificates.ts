import { certificateSecret } from '../../constructs/certificate-secret.ts';
import type { ChartFile } from '../../constructs/chart-file.ts';
import { type Owner, objectMeta } from '../../constructs/labels.ts';
import { Certificate } from '../../imports/cert-manager.io.ts';
import { compareText } from '../../model/diagnostic.ts';
import { doorTls } from '../../model/entrances/index.ts';
import type { Stack } from '../../model/stack.ts';
import type { HostClaim } from '../../model/topology.ts';

/** Labels name the group: its routes can lead to several programs, none of which owns the entrance. */
export function groupOwner(stack: Stack, group: string, namespace: string): Owner {
  return { id: group, role: group, instance: stack.name, namespace };
}

/**
 * A certificate for the hosts of a group at each door that asks cert-manager for them. For every entrance of which TLS
 * ends in the cluster.
 *
 * @param claims the hosts at the doors of the entrance
 */
export function certificates(
  file: ChartFile,
  stack: Stack,
  claims: readonly HostClaim[],
  group: string,
): void {
  for (const door of ['lan', 'public'] as const) {
    const source = doorTls(stack, door);
    if (source === undefined || 'secret' in source) continue;
    const covered = claims.filter((claim) => claim.certificate.group === group && claim.door === door);
    const [first] = covered;
    if (first === undefined) continue;
    const name = certificateSecret(stack, group, door);
    new Certificate(file, name, {
      metadata: objectMeta(groupOwner(stack, group, first.certificate.namespace), name),
      spec: {
        secretName: name,
        dnsNames: [...new Set(covered.map(({ host }) => host))].sort(compareText),
        issuerRef: { group: 'cert-manager.io', ...source.issuer },
      },
    });
  }
}
