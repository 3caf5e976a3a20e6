import type { Diagnostic, Position } from '../stack/diagnostic.ts';
import type { Manifest } from '../stack/manifest.ts';
import type { Content } from '../stack/reading/plain-text.ts';
import type { KeyFacts, OldSigningKey, SecretFile } from '../system/secret-files.ts';
import { factsOf, oldSigningKeysOf } from './annotations.ts';

/** A file, as text or as its bytes. */
export interface SecretText {
  /** Path for messages, with forward slashes. */
  readonly file: string;
  readonly text: Content;
}

/** A file whose text has been found readable. */
export interface ReadableText extends SecretText {
  readonly text: string;
}

/** What a file of ciphertext says, or what is wrong with it. */
export interface ReadSecret {
  readonly secret: SecretFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** What a reader of one format has found in a file. */
export interface FoundSecret extends ReadableText {
  readonly namespace: string;
  readonly name: string;
  readonly manifest: Manifest;
  readonly annotations: Readonly<Record<string, string>>;
  /** Its keys. */
  readonly names: readonly string[];
}

/** The Secret of a file, with the facts about its keys that annotations hold. */
export function secretFile({
  file,
  text,
  namespace,
  name,
  manifest,
  annotations,
  names,
}: FoundSecret): ReadSecret {
  const old: { keys: readonly OldSigningKey[]; damaged: readonly string[] } = oldSigningKeysOf(annotations);
  const position: Position = { file, line: 1, column: 1 };
  const keys: Readonly<Record<string, KeyFacts>> = Object.fromEntries(
    names.map((key) => [key, factsOf(annotations, key)]),
  );
  return {
    secret: { namespace, name, file, text, manifest, keys, oldSigningKeys: old.keys },
    diagnostics: old.damaged.map((annotation) => ({
      position,
      code: 'MG061',
      what: `the annotation ${annotation} is not a public key with the time it was last used`,
      remedy: 'take the last good version from git',
    })),
  };
}
