import * as z from 'zod';
import { ownSecretsSchema } from './own-secrets.ts';
import { DEFAULT_PROVIDER, PROVIDER_KINDS, providerFacts, providerFields } from './providers/index.ts';

export { keepsCiphertext, resolveSecretProvider, type SecretProvider } from './providers/index.ts';

const choices = PROVIDER_KINDS.map((kind) => `${kind}: ${providerFacts(kind).about}`).join('; ');

/** `secrets:` of the stack file. Which keys go with which provider is found by checks/secret-provider.ts. */
export const secretsSchema = z.strictObject({
  provider: z
    .enum(PROVIDER_KINDS)
    .optional()
    .describe(`Who keeps the values. ${choices}. Default: ${DEFAULT_PROVIDER}.`),
  ...providerFields,
  own: ownSecretsSchema
    .optional()
    .describe(
      'Secrets of your own, by name and key, such as the password of a mail server: entered on the command line, sealed, shown by status and rotated like the others, and also available to overrides.',
    ),
});
