import { knownOf } from '../system/composed.ts';
import { fileIn, hasKey, type KeyFacts, type SecretFile } from '../system/secret-files.ts';
import type { SecretKey, SecretSpec } from '../system/secrets.ts';
import type { EscrowFile } from './escrow-files.ts';
import type { ReadSecrets } from './read-files.ts';

/** Everything about a stack's ciphertext. */
export interface SecretsState extends ReadSecrets {
  readonly escrow: readonly EscrowFile[];
}

type Needed = Pick<SecretsState, 'needed'>;

/** The file with a Secret of the catalogue for one of its places, if there is one. */
export function fileFor(
  { needed }: Needed,
  secret: Pick<SecretSpec, 'name'>,
  namespace: string,
): SecretFile | undefined {
  return fileIn(needed, secret, namespace);
}

/** The files with a Secret of the catalogue, one for each place that has one. */
export function filesOf({ needed }: Needed, { name }: Pick<SecretSpec, 'name'>): readonly SecretFile[] {
  return needed.filter((one) => one.name === name);
}

/** What is known of a key, from the first place that has it. */
export function knownKey(
  { needed }: Needed,
  { name }: Pick<SecretSpec, 'name'>,
  { key }: Pick<SecretKey, 'key'>,
): KeyFacts | undefined {
  return knownOf(needed, { secret: name, key });
}

/** The namespaces that need a key and have no ciphertext of it. */
export function lackingPlaces(
  state: Needed,
  secret: Pick<SecretSpec, 'name' | 'places'>,
  { key }: Pick<SecretKey, 'key'>,
): readonly string[] {
  return secret.places.flatMap(({ namespace }) =>
    hasKey(fileFor(state, secret, namespace), key) ? [] : [namespace],
  );
}

/** Whether places have different values under one key, as far as their revisions say it. */
export function differs(
  state: Needed,
  secret: Pick<SecretSpec, 'name'>,
  { key }: Pick<SecretKey, 'key'>,
): boolean {
  const files = filesOf(state, secret).filter((file) => hasKey(file, key));
  return new Set(files.map((file) => file.keys[key]?.revision)).size > 1;
}

/** What there is under the name of a Secret of the catalogue, but opens only in a namespace that does not need it. */
export function movedOf(
  { elsewhere }: Pick<SecretsState, 'elsewhere'>,
  { name }: Pick<SecretSpec, 'name'>,
): SecretFile | undefined {
  return elsewhere.find((one) => one.name === name);
}

/** The copies of a key's values in escrow: of the present one, and of any that was left there. */
export function copiesOf(
  { escrow }: Pick<SecretsState, 'escrow'>,
  { name }: Pick<SecretSpec, 'name'>,
  { key }: Pick<SecretKey, 'key'>,
): readonly EscrowFile[] {
  return escrow.filter((copy) => copy.secret === name && copy.key === key);
}

/** The name of a Secret's file in its folder. */
export function fileName({ file }: Pick<SecretFile, 'file'>): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
