import type { Manifest } from '../stack/manifest.ts';
import { certificateHosts, type SecretSpec } from './secrets.ts';

/** What is known of a key without opening its ciphertext. Nothing of it follows from the value. */
export interface KeyFacts {
  /** Random id of the value: another one after each change, the same in every place and after sealing it again. */
  readonly revision?: string;
  /** When the value was made, in ISO 8601. */
  readonly made?: string;
  /** SHA-256 fingerprint of the certificate it is sealed with. */
  readonly certificate?: string;
  /** The only Secret that it opens as: `strict <namespace>/<name>`. Sealed values only. */
  readonly scope?: string;
  /** What it was composed of: see src/system/composed.ts. Composed values only. */
  readonly recipe?: string;
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

/** A file of ciphertext next to the stack file: the values of one Secret for one namespace. */
export interface SecretFile {
  /** Where its values open: what they are sealed for, whatever the file says by now. */
  readonly namespace: string;
  readonly name: string;
  /** Path of its file, for messages. */
  readonly file: string;
  /** The whole file. */
  readonly text: string;
  /** What the file says, as data. */
  readonly manifest: Manifest;
  readonly keys: Readonly<Record<string, KeyFacts>>;
  /** Only of the Secret with Synapse's signing key. */
  readonly oldSigningKeys: readonly OldSigningKey[];
}

/**
 * Name of the file with a Secret for one of its places: the main one has the plain name. An `@` is in no object's
 * name, so that no two files get the same one.
 */
export function secretFileName(
  { name, places: [main] }: Pick<SecretSpec, 'name' | 'places'>,
  namespace: string,
): `${string}.yaml` {
  return namespace === main.namespace ? `${name}.yaml` : `${name}@${namespace}.yaml`;
}

/** The file with a Secret for one of its places, if there is one. */
export function fileIn(
  files: readonly SecretFile[],
  { name }: Pick<SecretSpec, 'name'>,
  namespace: string,
): SecretFile | undefined {
  return files.find((one) => one.namespace === namespace && one.name === name);
}

/** Whether a file has ciphertext for a key. */
export function hasKey(file: SecretFile | undefined, key: string): file is SecretFile {
  return file !== undefined && Object.hasOwn(file.keys, key);
}

/**
 * Whether somebody else puts a Secret into the cluster: a certificate that the stack file names and that has no
 * ciphertext here. It may be kept here too, like every other; then its keys count like theirs.
 */
export function isMadeByOthers(
  files: readonly SecretFile[],
  secret: Pick<SecretSpec, 'name' | 'places' | 'type'>,
): boolean {
  return (
    certificateHosts(secret) !== undefined &&
    secret.places.every(({ namespace }) => fileIn(files, secret, namespace) === undefined)
  );
}
