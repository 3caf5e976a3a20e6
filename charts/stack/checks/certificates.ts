import { isRecord, valueAt } from '../../../src/plain/data.ts';
import { exactlyOne } from '../../../src/stack/exactly-one.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import { DOORS, podCertificate } from '../../../src/topology/topology.ts';
import { entranceAt, givenSecret } from '../../entrances/index.ts';
import { certificateSource } from '../certificates.ts';
import type { Stack } from '../stack.ts';
import type { Check } from './check.ts';

/** Every TLS Secret that the stack file names, and where: at a door, or for a host whose program ends TLS itself. */
export function namedTlsSecrets(stack: Stack): readonly { readonly name: string; readonly at: Path }[] {
  const doors = DOORS.flatMap((door) => givenSecret(stack, door) ?? []);
  const hosts = stack.topology.hosts.flatMap((claim) => podCertificate(claim) ?? []);
  const named = hosts.flatMap(({ source, sourceAt: at }) =>
    source !== undefined && 'secret' in source ? [{ name: source.secret, at: [...at, 'secret'] }] : [],
  );
  return [...new Map([...doors, ...named].map((one) => [dotted(one.at), one])).values()];
}

/** A pod that ends TLS itself needs a certificate, whatever the entrances of the stack do. */
export const checkCertificates: Check = (written, stack) => {
  const findings = new Map<string, readonly CheckFinding[]>();
  for (const claim of stack.topology.hosts) {
    const certificate = podCertificate(claim);
    if (certificate === undefined) continue;
    const { sourceAt } = certificate;
    const own = valueAt(written, sourceAt);
    const door = entranceAt(stack, claim.door);
    if (isRecord(own)) {
      findings.set(dotted(sourceAt), exactlyOne(sourceAt, own, ['issuer', 'secret']));
    } else if (door !== undefined && certificateSource(stack, claim) === undefined) {
      findings.set(dotted(sourceAt), [
        {
          code: 'MG150',
          at: sourceAt,
          other: ['expose', claim.door],
          what: `the host "${claim.host}" leads to the call nodes and needs a certificate, but expose.${claim.door} goes through ${door.entrance.title}, which provides none`,
          remedy: `write ${dotted(sourceAt)}: {issuer: {name: …}} for one from cert-manager, or {secret: …} for one of your own`,
        },
      ]);
    }
  }
  return [...findings.values()].flat();
};
