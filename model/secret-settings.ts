import * as z from 'zod';
import { isRecipient } from './age-recipient.ts';
import { dnsLabel, objectName, shortText } from './fields.ts';
import { ownSecretsSchema } from './own-secrets.ts';

/** A mistyped one is found by its checksum, before anything is encrypted to nobody. */
const ageRecipient = z
  .string()
  // Those of hybrid keys have 2,000.
  .max(4_096, { abort: true, message: 'write at most 4,096 characters' })
  .refine(isRecipient, 'write the public key of an age key, which age-keygen prints: age1…');

const recipients = z.array(ageRecipient).min(1, 'write at least one age1…');

/** `secrets:` of the stack file. Which keys go with which provider is found by checks/secret-provider.ts. */
export const secretsSchema = z.strictObject({
  provider: z
    .enum(['sealed-secrets', 'sops', 'external-secrets', 'existing'])
    .optional()
    .describe(
      'Who keeps the values: sealed-secrets and sops as ciphertext in this repository, external-secrets in a store that your cluster reads, existing for Secrets that you create yourself. Default: sealed-secrets.',
    ),
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
  recipients: recipients
    .optional()
    .describe(
      'Public age keys that open the files: that of the cluster and those of whoever changes them. With provider: sops.',
    ),
  decryption: z
    .strictObject({
      secret: objectName
        .optional()
        .describe("The Secret with the cluster's age key, in the namespace of Flux. Default: sops-age."),
    })
    .optional()
    .describe('How Flux decrypts. With provider: sops.'),
  store: z
    .strictObject({
      kind: z.enum(['ClusterSecretStore', 'SecretStore']).optional().describe('Default: ClusterSecretStore.'),
      name: objectName.describe('Its name.'),
    })
    .optional()
    .describe('The store of External Secrets that has the values. With provider: external-secrets.'),
  remoteKey: shortText
    .regex(
      /^(?:[A-Za-z0-9._/-]|\{(?:stack|namespace|secret|key)\})*\{(?:secret|key)\}(?:[A-Za-z0-9._/-]|\{(?:stack|namespace|secret|key)\})*$/,
      'write a path with {secret} or {key} in it, and {stack} or {namespace} where they help, such as matrix/{stack}/{secret}',
    )
    .optional()
    .describe(
      'Where the store has a value. Without {key} in it, each key is a property of the value there. Default: {stack}/{secret}. With provider: external-secrets.',
    ),
  refreshInterval: shortText
    .regex(/^[1-9][0-9]*h0m0s$/, 'write hours as Kubernetes gives them back, such as 1h0m0s')
    .optional()
    .describe('How often the store is asked again. Default: 1h0m0s. With provider: external-secrets.'),
  own: ownSecretsSchema
    .optional()
    .describe(
      'Secrets of your own, by name and key, such as the password of a mail server: entered on the command line, sealed, shown by status and rotated like the others, and free to be mounted by an override.',
    ),
  escrow: recipients
    .optional()
    .describe(
      'Public age keys to which every value is encrypted a second time, kept next to the sealed ones, so that losing the controller key does not mean losing the homeserver. With provider: sealed-secrets.',
    ),
});

/** Who keeps the values of a stack's Secrets, with every default filled in. */
export type SecretProvider =
  | {
      readonly kind: 'sealed-secrets';
      readonly controller: { readonly namespace: string; readonly name: string };
      /** Below the folder with the stack files; undefined for a file of the stack's own. */
      readonly certificates?: string;
      /** Public age keys that every value is encrypted to a second time. */
      readonly escrow: readonly string[];
    }
  | {
      readonly kind: 'sops';
      readonly recipients: readonly string[];
      /** The Secret with the cluster's age key, beside Flux. */
      readonly decryptionSecret: string;
    }
  | {
      readonly kind: 'external-secrets';
      readonly store: { readonly kind: 'ClusterSecretStore' | 'SecretStore'; readonly name: string };
      readonly remoteKey: string;
      readonly refreshInterval: string;
    }
  | { readonly kind: 'existing' };

/** Keys of `secrets:` that each provider knows, beside `provider`. */
export const PROVIDER_KEYS = {
  'sealed-secrets': ['controller', 'certificates', 'escrow'],
  sops: ['recipients', 'decryption'],
  'external-secrets': ['store', 'remoteKey', 'refreshInterval'],
  existing: [],
} as const satisfies Readonly<
  Record<SecretProvider['kind'], readonly (keyof z.infer<typeof secretsSchema>)[]>
>;

/** Fills in what the stack file leaves out of `secrets:`. */
export function resolveSecretProvider(written: z.infer<typeof secretsSchema> | undefined): SecretProvider {
  const kind = written?.provider ?? 'sealed-secrets';
  switch (kind) {
    case 'sealed-secrets':
      return {
        kind,
        controller: {
          namespace: written?.controller?.namespace ?? 'flux-system',
          name: written?.controller?.name ?? 'sealed-secrets-controller',
        },
        ...(written?.certificates === undefined ? {} : { certificates: written.certificates }),
        escrow: written?.escrow ?? [],
      };
    case 'sops':
      return {
        kind,
        recipients: written?.recipients ?? [],
        decryptionSecret: written?.decryption?.secret ?? 'sops-age',
      };
    case 'external-secrets':
      return {
        kind,
        store: {
          kind: written?.store?.kind ?? 'ClusterSecretStore',
          name: written?.store?.name ?? '',
        },
        remoteKey: written?.remoteKey ?? '{stack}/{secret}',
        refreshInterval: written?.refreshInterval ?? '1h0m0s',
      };
    case 'existing':
      return { kind };
  }
}

/** True where the values stand as ciphertext in the repository, so that synth hands them on. */
export function keepsCiphertext({ kind }: SecretProvider): boolean {
  return kind === 'sealed-secrets' || kind === 'sops';
}
