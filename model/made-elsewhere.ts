import { certificates } from './certificates.ts';
import type { MadeElsewhere } from './components/component.ts';
import type { StackFacts } from './facts.ts';
import type { Topology } from './topology.ts';

/** The Secrets with certificates that cert-manager makes in the namespace of the stack. */
export function madeCertificates(facts: StackFacts, topology: Topology): readonly MadeElsewhere[] {
  return certificates(facts, topology)
    .filter(({ source, namespaces }) => 'issuer' in source && namespaces.includes(facts.namespace))
    .map(({ secret }) => ({ name: secret, by: ['cert-manager, for a certificate of the stack'] }));
}
