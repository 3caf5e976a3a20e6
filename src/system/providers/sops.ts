import * as z from 'zod';
import { objectName } from '../../stack/fields.ts';
import { ageRecipients } from '../age-recipients.ts';
import { provider } from './provider.ts';

/** Secrets encrypted by SOPS for age keys. */
export interface Sops {
  readonly kind: 'sops';
  readonly recipients: readonly string[];
  /** The Secret with the cluster's age key, next to Flux. */
  readonly decryptionSecret: string;
}

/** Encrypted for age keys: that of the cluster, and those of whoever changes values. */
export const sops = provider({
  kind: 'sops',
  keeps: 'ciphertext',
  about: 'as files of SOPS in this repository, which Flux opens',
  fields: {
    recipients: ageRecipients
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
  },
  required: {
    key: 'recipients',
    example: 'recipients: [age1…], the public key of the age key that Flux has',
  },
  instead: { escrow: 'with sops, write it among recipients' },
  resolve: ({ recipients, decryption }): Sops => ({
    kind: 'sops',
    recipients: recipients ?? [],
    decryptionSecret: decryption?.secret ?? 'sops-age',
  }),
  origin: 'Encrypted by SOPS, and kept in this repository.',
  decryption: ({ decryptionSecret: secret }) => ({ format: 'sops', secret }),
});
