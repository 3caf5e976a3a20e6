import { doorTls } from './entrances/index.ts';
import type { StackFacts } from './facts.ts';
import type { Phrase } from './phrase.ts';
import type { Door, Topology } from './topology.ts';

/** A Secret in the namespace of the stack that another program makes there. Whoever writes it too takes turns with that. */
export interface MadeElsewhere {
  readonly name: string;
  /** Who makes it, and for what. */
  readonly by: Phrase;
  /** Who of the stack reads it, with the keys. @default - nobody who has to be told of */
  readonly readers?: Phrase;
}

/** Name of the Secret with the certificate for a group's hosts at a door, where cert-manager makes it. */
export function certificateName(group: string, door: Door): string {
  return `${group}${door === 'public' ? '-public' : ''}-tls`;
}

/** The Secrets with certificates that cert-manager makes. */
export function madeCertificates(facts: StackFacts, topology: Topology): readonly MadeElsewhere[] {
  return topology.hosts.flatMap(({ certificate: { group }, door }) => {
    const source = doorTls(facts, door);
    return source !== undefined && 'issuer' in source
      ? [{ name: certificateName(group, door), by: ['cert-manager, for a certificate of the stack'] }]
      : [];
  });
}
