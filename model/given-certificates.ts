import { compareText } from './diagnostic.ts';
import { doorTls } from './entrances/index.ts';
import type { StackFacts } from './facts.ts';
import type { SecretSpec } from './secrets.ts';
import { type Door, hostsAt, PEERS, type Topology } from './topology.ts';

/** The certificates that somebody gives: one TLS Secret for each name, whichever doors and namespaces use it. */
export function givenCertificates(stack: StackFacts, topology: Topology): readonly SecretSpec[] {
  const hostsBySecret = new Map<string, Set<string>>();
  for (const door of ['public', 'lan'] as const) {
    const source = doorTls(stack, door);
    if (source === undefined || !('secret' in source)) continue;
    for (const { host } of hostsAt(topology, door)) {
      hostsBySecret.set(source.secret, (hostsBySecret.get(source.secret) ?? new Set()).add(host));
    }
  }
  return [...hostsBySecret].map(([name, hosts]) => ({
    name,
    places: certificatePlaces(stack, topology, name),
    type: { kind: 'tls', hosts: [...hosts].sort(compareText) },
    keys: [
      {
        key: 'tls.crt',
        what: 'certificate chain',
        readers: [PEERS.traefik],
        form: { kind: 'given', pem: 'certificate' },
        loss: 'renew it before it ends: Traefik then serves its own, which nobody trusts',
        rotation: 'nobody, where the new one is valid for the same hosts',
      },
      {
        key: 'tls.key',
        what: "the certificate's private key",
        readers: [PEERS.traefik],
        form: { kind: 'given', pem: 'private key' },
        loss: 'whoever has it can pose as these hosts; have the certificate revoked, and ask for a new one',
        rotation: 'nobody, together with its certificate',
      },
    ],
  }));
}

/** The namespaces of what names a TLS Secret: the stack's own first, where it is one of them. */
function certificatePlaces(stack: StackFacts, topology: Topology, secret: string): SecretSpec['places'] {
  const uses = ({ door }: { readonly door: Door }): boolean => {
    const source = doorTls(stack, door);
    return source !== undefined && 'secret' in source && source.secret === secret;
  };
  const namespaces = new Set([
    ...topology.hosts.filter(uses).map(({ certificate }) => certificate.namespace),
    ...topology.routes.filter(uses).map(({ to }) => to.namespace),
  ]);
  const [main = stack.namespace, ...others] = [...namespaces].sort(
    (a, b) => Number(b === stack.namespace) - Number(a === stack.namespace) || compareText(a, b),
  );
  return [{ namespace: main }, ...others.map((namespace) => ({ namespace }))];
}
