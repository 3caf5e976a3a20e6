import type * as z from 'zod';
import type { Need } from '../need.ts';

/** Where values are: encrypted in this repository, or with somebody else, in words such as `in a store`. */
export type Keeps = 'ciphertext' | { readonly elsewhere: string };

/** What opens files that the API server cannot read as they are, before it sees them. */
export interface Decryption {
  readonly format: 'sops';
  /** The Secret with the private key, next to whatever applies the files. */
  readonly secret: string;
}

/** An object that works in its own namespace only: its kind and name, and the kind that works in all. */
export interface LocalObject {
  readonly object: string;
  readonly everywhere: string;
}

/** The fields of `secrets:` that go with one provider; each is optional there. */
export type ProviderFields = Readonly<Record<string, z.ZodOptional>>;

/**
 * Who keeps the values of a stack's Secrets: everything about it but its objects (charts/secrets/), the files it
 * encrypts (secrets/), what the verbs do with these (commands/secrets/keepers/) and its page (summary/providers/).
 *
 * @typeParam Kind its word in the stack file
 * @typeParam Fields the keys of `secrets:` that go with it
 * @typeParam Own what they come to
 */
export interface Provider<
  Kind extends string,
  Keep extends Keeps,
  Fields extends ProviderFields,
  Own extends { readonly kind: Kind },
> {
  readonly kind: Kind;
  readonly keeps: Keep;
  /** What choosing it means, after its word and a colon, for the reference page. */
  readonly about: string;
  readonly fields: Fields;
  /** What it cannot do without, and how to write it. @default - nothing */
  readonly required?: { readonly key: keyof Fields & string; readonly example: string };
  /** What to write instead of a key of another provider, by that key: `with sops, …`. @default - nothing */
  readonly instead?: Readonly<Record<string, string>>;
  /** Fills in what the stack file leaves out. */
  resolve(written: z.infer<z.ZodObject<Fields>>): Own;
  /** Where the Secrets come from, as a sentence. */
  readonly origin: string;
  /** A program that the cluster has to have for it. @default - none */
  readonly needs?: Need;
  /** An object that the cluster's operator has to create in each namespace with Secrets. @default - none */
  inEachNamespace?(own: Own): LocalObject | undefined;
  /** What a delivery has to decrypt before it applies. @default - nothing */
  decryption?(own: Own): Decryption;
}

/** Infers all types, so that a provider is written without one. */
export function provider<
  const Kind extends string,
  const Keep extends Keeps,
  Fields extends ProviderFields,
  Own extends { readonly kind: Kind },
>(one: Provider<Kind, Keep, Fields, Own>): Provider<Kind, Keep, Fields, Own> {
  return one;
}
