import { compareText } from '../../src/plain/compare.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import type { SecretSpec } from '../../src/system/secrets.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { entranceAt } from '../entrances/index.ts';
import { certificates, type HostCertificate, ownFirst } from './certificates.ts';

/** The certificates that somebody gives: one TLS Secret for each name, whichever doors and namespaces use it. */
export function givenCertificates(stack: StackFacts, topology: Topology): readonly SecretSpec[] {
  const bySecret = new Map<string, readonly HostCertificate[]>();
  const all = certificates(stack, topology);
  const isPublic = ({ door }: HostCertificate): boolean => door === 'public';
  for (const one of [...all.filter(isPublic), ...all.filter((other) => !isPublic(other))]) {
    if ('secret' in one.source) bySecret.set(one.secret, [...(bySecret.get(one.secret) ?? []), one]);
  }
  return [...bySecret].map(([name, uses]) => {
    const readers = [...new Set(uses.flatMap((one) => one.readers))];
    const pods = readers.filter((id) => topology.workloads.some((one) => one.id === id));
    return {
      name,
      places: places(stack, uses),
      type: {
        kind: 'tls',
        hosts: [...new Set(uses.flatMap(({ hosts }) => hosts))].sort(compareText),
      },
      keys: [
        {
          key: 'tls.crt',
          what: 'certificate chain',
          readers,
          form: { kind: 'given', pem: 'certificate' },
          loss: `renew it before it expires: ${ended(stack, uses)}`,
          rotation:
            pods.length === 0
              ? 'nobody, if the new one is valid for the same hosts'
              : `people connected to ${pods.join(' or ')}, whose pods have to restart`,
        },
        {
          key: 'tls.key',
          what: "the certificate's private key",
          readers,
          form: { kind: 'given', pem: 'private key' },
          loss: 'anyone who has it can pose as these hosts; have the certificate revoked, and request a new one',
          rotation:
            pods.length === 0 ? 'nobody, together with its certificate' : 'together with its certificate',
        },
      ],
    };
  });
}

/** What an entrance that serves any of the hosts with it does then, or who else does something. */
function ended(stack: StackFacts, uses: readonly HostCertificate[]): string {
  const entrances = uses.flatMap(({ door, readers }) => {
    const at = entranceAt(stack, door);
    return at !== undefined && readers.includes(at.entrance.passer(at.own).id) ? [at.entrance] : [];
  });
  const after = entrances.find(({ afterCertificate }) => afterCertificate !== undefined);
  return after?.afterCertificate ?? 'clients then refuse it';
}

/** The namespaces of all that use it: the stack's own first, where it is one of them. */
function places(stack: StackFacts, uses: readonly HostCertificate[]): SecretSpec['places'] {
  const all = uses.flatMap(({ namespaces }) => namespaces);
  const [main = stack.namespace, ...others] = ownFirst(stack, all);
  return [{ namespace: main }, ...others.map((namespace) => ({ namespace }))];
}
