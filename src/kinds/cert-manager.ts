import { at, data, isRecord, list, text } from '../plain/data.ts';
import { SECRET } from './keys.ts';
import type { KindKnowledge } from './kind.ts';

const certificate: KindKnowledge = {
  group: 'cert-manager.io',
  kind: 'Certificate',
  explicit: [
    {
      group: ['spec', 'issuerRef'],
      key: 'kind',
      what: 'says no kind, which cert-manager takes for an Issuer in the same namespace',
      remedy: 'write kind: ClusterIssuer or kind: Issuer',
    },
  ],
  references: [
    { field: 'spec.keystores.jks.passwordSecretRef.name', to: SECRET },
    { field: 'spec.keystores.pkcs12.passwordSecretRef.name', to: SECRET },
  ],
  notChecked: {
    'spec.issuerRef.name': 'belongs to the cluster or its operator',
    'spec.commonName': 'is a name of DNS',
    'spec.dnsNames': 'is a name of DNS',
    'spec.secretName': 'is what it makes',
  },
  /** https://cert-manager.io/docs/usage/certificate/ */
  makes: ({ spec }) => {
    const hasMore = list(at(spec, 'additionalOutputFormats')).length > 0 || isRecord(data(spec).keystores);
    const keys = hasMore ? 'any' : ['ca.crt', 'tls.crt', 'tls.key'];
    return [{ kind: SECRET, name: text(at(spec, 'secretName')) ?? '', keys }];
  },
};

/** Kinds of cert-manager. */
export const certManager: readonly KindKnowledge[] = [certificate];
