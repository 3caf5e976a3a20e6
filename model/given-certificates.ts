import { compareText } from './diagnostic.ts';
import { entranceAt, givenSecret } from './entrances/index.ts';
import type { StackFacts } from './facts.ts';
import type { SecretSpec } from './secrets.ts';
import { DOORS, type Door, hostsAt, type Topology } from './topology.ts';

/** The certificates that somebody gives: one TLS Secret for each name, whichever doors and namespaces use it. */
export function givenCertificates(stack: StackFacts, topology: Topology): readonly SecretSpec[] {
  const bySecret = new Map<string, { readonly hosts: Set<string>; readonly readers: Set<string> }>();
  for (const door of DOORS) {
    const given = givenSecret(stack, door);
    const at = entranceAt(stack, door);
    if (given === undefined || at === undefined) continue;
    const { hosts, readers } = bySecret.get(given.name) ?? { hosts: new Set(), readers: new Set() };
    for (const { host } of hostsAt(topology, door)) hosts.add(host);
    bySecret.set(given.name, { hosts, readers: readers.add(at.entrance.peer(at.own).id) });
  }
  return [...bySecret].map(([name, { hosts, readers }]) => ({
    name,
    places: certificatePlaces(stack, topology, name),
    certificateFor: [...hosts].sort(compareText),
    keys: [
      {
        key: 'tls.crt',
        what: 'certificate chain',
        readers: [...readers],
        form: { kind: 'given', pem: 'certificate' },
        loss: 'renew it before it ends: browsers and other homeservers refuse it from then on',
        rotation: 'nobody, where the new one is valid for the same hosts',
      },
      {
        key: 'tls.key',
        what: "the certificate's private key",
        readers: [...readers],
        form: { kind: 'given', pem: 'private key' },
        loss: 'whoever has it can pose as these hosts; have the certificate revoked, and ask for a new one',
        rotation: 'nobody, together with its certificate',
      },
    ],
  }));
}

/** The namespaces of what names a TLS Secret: the stack's own first, where it is one of them. */
function certificatePlaces(stack: StackFacts, topology: Topology, secret: string): SecretSpec['places'] {
  const uses = ({ door }: { readonly door: Door }): boolean => givenSecret(stack, door)?.name === secret;
  const namespaces = new Set([
    ...topology.hosts.filter(uses).map(({ certificate }) => certificate.namespace),
    ...topology.routes.filter(uses).map(({ to }) => to.namespace),
  ]);
  const [main = stack.namespace, ...others] = [...namespaces].sort(
    (a, b) => Number(b === stack.namespace) - Number(a === stack.namespace) || compareText(a, b),
  );
  return [{ namespace: main }, ...others.map((namespace) => ({ namespace }))];
}
