import * as z from 'zod';
import { objectName, shortText } from '../../stack/fields.ts';
import { provider } from './provider.ts';

/** Values in a store that an operator of the cluster reads. */
export interface ExternalSecrets {
  readonly kind: 'external-secrets';
  readonly store: { readonly kind: 'ClusterSecretStore' | 'SecretStore'; readonly name: string };
  readonly remoteKey: string;
  readonly refreshInterval: string;
}

/** Fetched from a store by the External Secrets operator: no value ever passes here. */
export const externalSecrets = provider({
  kind: 'external-secrets',
  keeps: { elsewhere: 'in a store' },
  about: 'in a store that the External Secrets operator of your cluster reads',
  fields: {
    store: z
      .strictObject({
        kind: z
          .enum(['ClusterSecretStore', 'SecretStore'])
          .optional()
          .describe('Default: ClusterSecretStore.'),
        name: objectName.describe('Its name.'),
      })
      .optional()
      .describe('The External Secrets store that has the values. With provider: external-secrets.'),
    remoteKey: shortText
      .regex(
        /^(?:[A-Za-z0-9._/:-]|\{(?:stack|namespace|secret|key)\})*\{(?:secret|key)\}(?:[A-Za-z0-9._/:-]|\{(?:stack|namespace|secret|key)\})*$/,
        'write a path that contains {secret} or {key}, and {stack} or {namespace} if you need them, such as matrix/{stack}/{secret}',
      )
      .optional()
      .describe(
        'Where the store keeps a value. Without {key}, each key is a property of the value there. Default: {stack}/{secret}. With provider: external-secrets.',
      ),
    refreshInterval: shortText
      .regex(/^[1-9][0-9]*h0m0s$/, 'write hours in the form that Kubernetes returns, such as 1h0m0s')
      .optional()
      .describe('How often the store is read again. Default: 1h0m0s. With provider: external-secrets.'),
  },
  required: { key: 'store', example: 'store: {name: …}, the store that has the values' },
  resolve: ({ store, remoteKey, refreshInterval }): ExternalSecrets => ({
    kind: 'external-secrets',
    store: { kind: store?.kind ?? 'ClusterSecretStore', name: store?.name ?? '' },
    remoteKey: remoteKey ?? '{stack}/{secret}',
    refreshInterval: refreshInterval ?? '1h0m0s',
  }),
  inEachNamespace: ({ store: { kind, name } }) =>
    kind === 'SecretStore' ? { object: `SecretStore ${name}`, everywhere: 'ClusterSecretStore' } : undefined,
  origin: 'Fetched from a store by External Secrets.',
  needs: {
    program: 'External Secrets',
    for: 'the Secrets',
    release: ['any that serves ', { code: 'external-secrets.io/v1' }],
  },
});
