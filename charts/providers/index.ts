import type { App } from 'cdk8s';
import type { ProviderKind, ProviderOf, SecretProvider } from '../../src/system/providers/index.ts';
import type { Stack } from '../stack/stack.ts';
import { externalSecrets } from './external-secrets.ts';

/** What a provider renders. */
interface ProviderChart<Own> {
  /** @default - nothing */
  chart?(app: App, stack: Stack, own: Own): void;
}

/** The objects of a provider that are made from its settings; what is kept as ciphertext is handed on as it is. */
const PROVIDERS: { readonly [K in ProviderKind]: ProviderChart<ProviderOf<K>> } = {
  'sealed-secrets': {},
  sops: {},
  'external-secrets': { chart: externalSecrets },
  existing: {},
};

/** The objects that bring the values of Secrets from elsewhere. */
export function secretObjects(app: App, stack: Stack): void {
  const known: Readonly<Record<ProviderKind, ProviderChart<SecretProvider>>> = PROVIDERS;
  known[stack.provider.kind].chart?.(app, stack, stack.provider);
}
