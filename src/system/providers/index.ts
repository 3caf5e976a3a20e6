import type * as z from 'zod';
import { keysOf } from '../../plain/records.ts';
import { existing } from './existing.ts';
import { externalSecrets } from './external-secrets.ts';
import type { Decryption, Keeps, LocalObject, Provider, ProviderFields } from './provider.ts';
import { sealedSecrets } from './sealed-secrets.ts';
import { sops } from './sops.ts';

/** Everybody who can keep the values of Secrets, by the word in the stack file. */
export const providers = {
  'sealed-secrets': sealedSecrets,
  sops,
  'external-secrets': externalSecrets,
  existing,
};

type Providers = typeof providers;

/** One of {@link providers}. */
export type ProviderKind = keyof Providers;

/** The provider of a stack file that names none. */
export const DEFAULT_PROVIDER = 'sealed-secrets' satisfies ProviderKind;

/** Every {@link ProviderKind}. */
export const PROVIDER_KINDS = keysOf(providers);

/** The settings of some providers, with every default filled in. */
export type ProviderOf<K extends ProviderKind> = {
  readonly [P in K]: ReturnType<Providers[P]['resolve']>;
}[K];

/** Who keeps the values of a stack's Secrets, with every default filled in. */
export type SecretProvider = ProviderOf<ProviderKind>;

/** Those whose values are here, encrypted. */
export type CiphertextKind = {
  [K in ProviderKind]: Providers[K]['keeps'] extends 'ciphertext' ? K : never;
}[ProviderKind];

/** Those whose values are with somebody else. */
export type ElsewhereKind = Exclude<ProviderKind, CiphertextKind>;

type FieldName = { [K in ProviderKind]: keyof Providers[K]['fields'] & string }[ProviderKind];

/** The keys of all providers in `secrets:`; each says which one it goes with. */
export const providerFields = {
  ...sealedSecrets.fields,
  ...sops.fields,
  ...externalSecrets.fields,
  ...existing.fields,
} satisfies Readonly<Record<FieldName, z.ZodOptional>>;

/** A provider, seen so that what its own settings are does not show: they only go back to it. */
type AnyProvider = Provider<ProviderKind, Keeps, ProviderFields, SecretProvider>;

const known: Readonly<Record<ProviderKind, Omit<AnyProvider, 'resolve'>>> = providers;

type Written = z.infer<z.ZodObject<typeof providerFields>> & { readonly provider?: ProviderKind | undefined };

/** Fills in what the stack file leaves out of `secrets:`. */
export function resolveSecretProvider(written: Written | undefined): SecretProvider {
  const resolving: Readonly<Record<ProviderKind, { resolve(written: Written): SecretProvider }>> = providers;
  return resolving[written?.provider ?? DEFAULT_PROVIDER].resolve(written ?? {});
}

/** What is known of a provider, whatever its settings are. */
export function providerFacts(
  kind: ProviderKind,
): Omit<AnyProvider, 'resolve' | 'decryption' | 'inEachNamespace'> {
  return known[kind];
}

/** The provider that a key of `secrets:` goes with; undefined for one that goes with all. */
export function ownerOfField(key: string): ProviderKind | undefined {
  return PROVIDER_KINDS.find((kind) => Object.hasOwn(providers[kind].fields, key));
}

/** True where the values are kept as ciphertext in the repository, so that synth hands them on. */
export function keepsCiphertext(one: SecretProvider): one is ProviderOf<CiphertextKind> {
  return providers[one.kind].keeps === 'ciphertext';
}

/** Where values are that are not here, in words such as `in a store`. */
export function whereElse(one: ProviderOf<ElsewhereKind>): string {
  return providers[one.kind].keeps.elsewhere;
}

/** What has to be decrypted before the files are applied; undefined if the API server takes them as they are. */
export function decryptionOf(one: SecretProvider): Decryption | undefined {
  return known[one.kind].decryption?.(one);
}

/** What has to be in each namespace with Secrets; undefined where nothing has. */
export function inEachNamespace(one: SecretProvider): LocalObject | undefined {
  return known[one.kind].inEachNamespace?.(one);
}
