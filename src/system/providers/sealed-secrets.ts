import * as z from 'zod';
import { dnsLabel, objectName, shortText } from '../../stack/fields.ts';
import { ageRecipients } from '../age-recipients.ts';
import { provider } from './provider.ts';

/** Values as ciphertext that one controller opens, and a copy in escrow where somebody wants one. */
export interface SealedSecrets {
  readonly kind: 'sealed-secrets';
  readonly controller: { readonly namespace: string; readonly name: string };
  /** Below the folder with the stack files; undefined for a file of the stack's own. */
  readonly certificates?: string;
  /** Public age keys that every value is encrypted to a second time. */
  readonly escrow: readonly string[];
}

/** The controller that a stack file means that says nothing. */
export const DEFAULT_CONTROLLER = {
  namespace: 'flux-system',
  name: 'sealed-secrets-controller',
} as const;

const API_VERSION = 'bitnami.com/v1alpha1';

/** Sealed for the controller of the cluster, which alone can open them. */
export const sealedSecrets = provider({
  kind: 'sealed-secrets',
  keeps: 'ciphertext',
  about: 'as ciphertext in this repository, which the Sealed Secrets controller of your cluster opens',
  fields: {
    controller: z
      .strictObject({
        namespace: dnsLabel
          .optional()
          .describe('Default: flux-system, as in the guide of Flux. Its own manifests use kube-system.'),
        name: objectName.optional().describe('Its Service. Default: sealed-secrets-controller.'),
      })
      .optional()
      .describe('The Sealed Secrets controller of the cluster. With provider: sealed-secrets.'),
    certificates: shortText
      .regex(
        /^(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9._/-]*\.pem$/,
        'write a file below the folder with the stack files, without .., such as shared/controller.pem',
      )
      .optional()
      .describe(
        "File with the controller's certificates, below the folder with the stack files, for stacks that share a cluster. Default: certificates.pem next to the stack's sealed values. With provider: sealed-secrets.",
      ),
    escrow: ageRecipients
      .optional()
      .describe(
        'Age public keys. Every value is encrypted a second time, to these keys, and that copy is kept next to the sealed one, so that losing the controller key does not mean losing the homeserver. With provider: sealed-secrets.',
      ),
  },
  resolve: ({ controller, certificates, escrow }): SealedSecrets => ({
    kind: 'sealed-secrets',
    controller: {
      namespace: controller?.namespace ?? DEFAULT_CONTROLLER.namespace,
      name: controller?.name ?? DEFAULT_CONTROLLER.name,
    },
    ...(certificates === undefined ? {} : { certificates }),
    escrow: escrow ?? [],
  }),
  origin: 'Sealed for the cluster, and kept in this repository.',
  needs: {
    program: 'Sealed Secrets',
    for: 'the Secrets',
    release: ['any that serves ', { code: API_VERSION }],
  },
});
