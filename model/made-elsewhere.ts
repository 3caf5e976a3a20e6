import { certificates } from './certificates.ts';
import type { StackFacts } from './facts.ts';
import type { Phrase } from './phrase.ts';
import type { Topology } from './topology.ts';

/** A Secret in the namespace of the stack that another program makes there. Whoever writes it too takes turns with that. */
export interface MadeElsewhere {
  readonly name: string;
  /** Who makes it, and for what. */
  readonly by: Phrase;
  /** Who of the stack reads it, with the keys. @default - nobody who has to be told of */
  readonly readers?: Phrase;
}

/** The Secrets with certificates that cert-manager makes in the namespace of the stack. */
export function madeCertificates(facts: StackFacts, topology: Topology): readonly MadeElsewhere[] {
  return certificates(facts, topology)
    .filter(({ source, namespaces }) => 'issuer' in source && namespaces.includes(facts.namespace))
    .map(({ secret }) => ({ name: secret, by: ['cert-manager, for a certificate of the stack'] }));
}
