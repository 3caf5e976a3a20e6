import { createHash } from 'node:crypto';
import { fileIn, hasKey, isMadeByOthers, type KeyFacts, type SecretFile } from './secret-files.ts';
import type { ComposedPart, SecretKey, SecretSpec } from './secrets.ts';

/** A key whose value is a part of another. */
export interface Source {
  /** Name of its Secret. */
  readonly secret: string;
  readonly key: string;
}

/** The keys that a composed value is made of, each once; none for any other value. */
export function sourcesOf({ name }: Pick<SecretSpec, 'name'>, { form }: SecretKey): readonly Source[] {
  if (form.kind !== 'composed') return [];
  const sources = form.parts.flatMap((part) => (typeof part === 'string' ? [] : [sourceOf(name, part)]));
  return sources.filter(
    (one, index) =>
      sources.findIndex(({ secret, key }) => secret === one.secret && key === one.key) === index,
  );
}

/** The key that a part stands for, in a Secret of this name. */
export function sourceOf(name: string, part: Exclude<ComposedPart, string>): Source {
  return { secret: part.secret ?? name, key: part.key };
}

/** What is known of a key in the first file that has it: the revision is the same in all. */
export function knownOf(files: readonly SecretFile[], { secret, key }: Source): KeyFacts | undefined {
  return files.find((file) => file.name === secret && hasKey(file, key))?.keys[key];
}

/**
 * What a composed value should be made of now, as a short text: another one when the fixed text or the value of a
 * source changes. Of the values it has their random ids only.
 *
 * @param revisionOf the id of a source's value
 */
export function recipeOf(
  { form }: SecretKey,
  revisionOf: (part: Exclude<ComposedPart, string>) => string | undefined,
): string {
  const parts = form.kind === 'composed' ? form.parts : [];
  const all = parts.map((part) => (typeof part === 'string' ? part : [part, revisionOf(part) ?? '']));
  return `c${createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16)}`;
}

/** Whether a composed value is made of something else than it should be by now. */
export function isOutdated(files: readonly SecretFile[], secret: SecretSpec, key: SecretKey): boolean {
  if (key.form.kind !== 'composed') return false;
  const known = knownOf(files, { secret: secret.name, key: key.key });
  if (known === undefined) return false;
  return known.recipe !== recipeOf(key, (part) => knownOf(files, sourceOf(secret.name, part))?.revision);
}

/** Keys of a Secret that pods in one of its places do not find, and that have to be here. */
export function missingKeys(
  { secretFiles }: { readonly secretFiles: readonly SecretFile[] },
  secret: SecretSpec,
  namespace: string,
): readonly string[] {
  if (isMadeByOthers(secretFiles, secret)) return [];
  const file = fileIn(secretFiles, secret, namespace);
  return secret.keys.flatMap(({ key }) => (hasKey(file, key) ? [] : [key]));
}

/** Keys of a Secret that pods in one of its places find, but composed of something that has changed since. */
export function outdatedKeys(
  { secretFiles }: { readonly secretFiles: readonly SecretFile[] },
  secret: SecretSpec,
  namespace: string,
): readonly string[] {
  const file = fileIn(secretFiles, secret, namespace);
  return secret.keys.flatMap((key) =>
    hasKey(file, key.key) && isOutdated(secretFiles, secret, key) ? [key.key] : [],
  );
}
