import type { MadeElsewhere } from '../../src/system/component.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { certificates } from './certificates.ts';

/** The Secrets with certificates that cert-manager makes in the namespace of the stack. */
export function madeCertificates(facts: StackFacts, topology: Topology): readonly MadeElsewhere[] {
  return certificates(facts, topology)
    .filter(({ source, namespaces }) => 'issuer' in source && namespaces.includes(facts.namespace))
    .map(({ secret }) => ({ name: secret, by: ['cert-manager, for a certificate of the stack'] }));
}
