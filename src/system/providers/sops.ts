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

/** Encrypted for age keys: the cluster's, and those of the people who change values. */
export const sops = provider({
  kind: 'sops',
  keeps: 'ciphertext',
  about: 'as SOPS files in this repository, which Flux decrypts',
  fields: {
    recipients: ageRecipients
      .optional()
      .describe(
        "The age public keys that the files are encrypted to: the cluster's, and those of the people who change the files. With provider: sops.",
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
    example: "recipients: [age1…], the public key of Flux's age key",
  },
  instead: { escrow: 'with sops, add it to recipients' },
  resolve: ({ recipients, decryption }): Sops => ({
    kind: 'sops',
    recipients: recipients ?? [],
    decryptionSecret: decryption?.secret ?? 'sops-age',
  }),
  origin: 'Encrypted by SOPS, and kept in this repository.',
  decryption: ({ decryptionSecret: secret }) => ({ format: 'sops', secret }),
});
