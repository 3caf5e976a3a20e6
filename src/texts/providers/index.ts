import type { Stack } from '../../../charts/stack/stack.ts';
import type {
  ElsewhereKind,
  ProviderKind,
  ProviderOf,
  SecretProvider,
} from '../../system/providers/index.ts';
import type { SecretSpec } from '../../system/secrets.ts';
import { code, type Markdown, md } from '../markdown.ts';
import { ciphertextPage } from './ciphertext.ts';
import { existingPage } from './existing.ts';
import { externalSecretsPage } from './external-secrets.ts';
import type { ProviderPage } from './page.ts';

const PAGES: {
  readonly [K in ProviderKind]: K extends ElsewhereKind
    ? Required<ProviderPage<ProviderOf<K>>>
    : ProviderPage<ProviderOf<K>>;
} = {
  'sealed-secrets': ciphertextPage,
  sops: ciphertextPage,
  'external-secrets': externalSecretsPage,
  existing: existingPage,
};

const known: Readonly<Record<ProviderKind, ProviderPage<SecretProvider>>> = PAGES;

/** What to do once, before the first apply. */
export function introduction(stack: Stack): readonly Markdown[] {
  const { provider, file } = stack;
  return known[provider.kind].introduction(stack, provider, md`Rendered from ${code(file)}.`);
}

/** How the values of one Secret come about, with its provider. */
export function valuesOf(stack: Stack, secret: SecretSpec): readonly Markdown[] {
  return known[stack.provider.kind].values(stack, stack.provider, secret);
}

/** How the values of a stack come about where somebody else keeps them: one line each. */
export function valueCommands(stack: Stack): readonly string[] {
  return known[stack.provider.kind].commands?.(stack, stack.provider) ?? [];
}
