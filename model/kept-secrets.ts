import type { Manifest } from './manifest.ts';
import type { SecretSpec } from './secrets.ts';

/** What is known of a key whose value is kept as ciphertext. Nothing of it follows from the value. */
export interface KeptKey {
  /** Random id of the value: another one after each change, the same after sealing it anew. */
  readonly revision?: string;
  /** When the value was made, in ISO 8601. */
  readonly made?: string;
  /** SHA-256 fingerprint of the certificate it is sealed with. */
  readonly certificate?: string;
  /** The only Secret that it opens as: `strict <namespace>/<name>`. Sealed values only. */
  readonly scope?: string;
}

/** A key that Synapse signed with before, published so that what it signed stays valid. */
export interface OldSigningKey {
  /** Such as `ed25519:a_1a2b`. */
  readonly id: string;
  /** The public half, in unpadded base64. */
  readonly key: string;
  /** When it was last used, in milliseconds since 1970. */
  readonly expiredMs: number;
}

/** A Secret whose values stand encrypted beside the stack file, and are handed on as they are. */
export interface KeptSecret {
  /** Where its values open: what they are sealed for, whatever the file says by now. */
  readonly namespace: string;
  readonly name: string;
  /** Path of its file, for messages. */
  readonly file: string;
  /** The whole file. */
  readonly text: string;
  /** What the file says, as data. */
  readonly manifest: Manifest;
  readonly keys: Readonly<Record<string, KeptKey>>;
  /** Only of the Secret with Synapse's signing key. */
  readonly oldSigningKeys: readonly OldSigningKey[];
}

/**
 * Whether somebody else puts a Secret into the cluster: a certificate that the stack file names and that has no
 * ciphertext here. It may be kept here too, like every other; then its keys count like theirs.
 */
export function isKeptByOthers(
  { kept }: { readonly kept: readonly KeptSecret[] },
  { namespace, name, certificateFor }: SecretSpec,
): boolean {
  return (
    certificateFor !== undefined && !kept.some((one) => one.namespace === namespace && one.name === name)
  );
}

/** Keys of a Secret that have no ciphertext yet, and need one. */
export function missingKeys(
  { kept }: { readonly kept: readonly KeptSecret[] },
  spec: SecretSpec,
): readonly string[] {
  if (isKeptByOthers({ kept }, spec)) return [];
  const { namespace, name, keys } = spec;
  const found = kept.find((one) => one.namespace === namespace && one.name === name);
  return keys.flatMap(({ key }) => (found !== undefined && Object.hasOwn(found.keys, key) ? [] : [key]));
}
