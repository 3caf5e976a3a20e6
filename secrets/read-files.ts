import { load } from 'js-yaml';
import { checkSecretFileName } from '../model/checks/file-names.ts';
import type { Diagnostic, Position } from '../model/diagnostic.ts';
import { isManifest, type Manifest } from '../model/manifest.ts';
import { ownCommand } from '../model/own-command.ts';
import { type Content, readPlainText } from '../model/reading/plain-text.ts';
import { readYaml } from '../model/reading/yaml-source.ts';
import { fileIn, hasKey, type KeyFacts, type OldSigningKey, type SecretFile } from '../model/secret-files.ts';
import { keepsCiphertext } from '../model/secret-settings.ts';
import type { SecretSpec } from '../model/secrets.ts';
import type { Stack } from '../model/stack.ts';
import { notAdmitted } from './admission/admit.ts';
import type { Expected } from './admission/shape.ts';
import { factsOf, oldSigningKeysOf } from './annotations.ts';
import { type FoundSealedSecret, readSealedSecret } from './sealed-secrets/manifest.ts';
import { SopsProblem } from './sops/problem.ts';
import { readSopsFile } from './sops/read.ts';

/** A file, as text or as its bytes. */
export interface SecretText {
  /** Path for messages, with forward slashes. */
  readonly file: string;
  readonly text: Content;
}

/** A file whose text has been found readable. */
interface ReadableText extends SecretText {
  readonly text: string;
}

/** What the files of ciphertext come to. */
export interface ReadSecrets {
  /** Secrets that the stack needs. */
  readonly needed: readonly SecretFile[];
  /** Secrets that it does not need, or not any more: they are not rendered. */
  readonly unneeded: readonly SecretFile[];
  /**
   * Secrets under a name that the stack needs, but for a namespace that does not need it, while one that does lacks
   * something: nothing opens there.
   */
  readonly elsewhere: readonly SecretFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Where there are none. */
export const NO_SECRET_FILES: ReadSecrets = { needed: [], unneeded: [], elsewhere: [], diagnostics: [] };

/**
 * Reads the files of ciphertext that lie beside a stack file. Opens nothing.
 *
 * @param texts the `.yaml` files
 */
function readSecrets(stack: Stack, texts: readonly SecretText[]): ReadSecrets {
  const { provider } = stack;
  const diagnostics: Diagnostic[] = [];
  const found: SecretFile[] = [];
  if (!keepsCiphertext(provider)) return NO_SECRET_FILES;
  for (const given of texts) {
    const one = readable(given);
    if ('diagnostics' in one) {
      diagnostics.push(...one.diagnostics);
      continue;
    }
    const read = provider.kind === 'sops' ? readSops(one) : readSealed(one);
    diagnostics.push(...read.diagnostics);
    if (read.secret === undefined) continue;
    const { namespace, name } = read.secret;
    const twin = found.find((other) => other.namespace === namespace && other.name === name);
    if (twin === undefined) {
      found.push(read.secret);
      diagnostics.push(
        ...notAdmitted({
          ...one,
          provider: provider.kind === 'sops' ? 'sops' : 'sealed-secrets',
          expected: expectedOf(stack, read.secret),
        }),
      );
    } else {
      diagnostics.push({
        position: { file: one.file, line: 1, column: 1 },
        code: 'MG062',
        what: `the Secret "${name}" is in ${twin.file} too`,
        remedy: 'keep the one whose values the programs have, and remove the other',
      });
    }
  }
  const needed = found.filter((file) => specOf(stack, file) !== undefined);
  const others = found.filter((file) => !needed.includes(file));
  const isElsewhere = ({ name }: SecretFile): boolean =>
    stack.secrets.some((spec) => spec.name === name && !isWhole(spec, needed));
  return {
    needed,
    unneeded: others.filter((secret) => !isElsewhere(secret)),
    elsewhere: others.filter(isElsewhere),
    diagnostics,
  };
}

/** The Secret of the stack that a file is for, in one of its places. */
function specOf(
  { secrets }: Stack,
  { namespace, name }: Pick<SecretFile, 'namespace' | 'name'>,
): SecretSpec | undefined {
  return secrets.find((spec) => spec.name === name && spec.places.some((it) => it.namespace === namespace));
}

/** Whether every place of a Secret has all of its keys. */
function isWhole(spec: SecretSpec, files: readonly SecretFile[]): boolean {
  return spec.places.every(({ namespace }) =>
    spec.keys.every(({ key }) => hasKey(fileIn(files, spec, namespace), key)),
  );
}

/** What a file must say that it is: for a Secret of the stack, that one; for any other, whatever it says. */
function expectedOf(stack: Stack, file: SecretFile): Expected {
  const { namespace, name, manifest } = file;
  const spec = specOf(stack, file);
  if (spec !== undefined) return { namespace, name, spec };
  return { namespace: manifest.metadata.namespace ?? '', name: manifest.metadata.name, spec };
}

/** A file goes into dist/ byte for byte, and its name into the first line there. */
function readable({ file, text: content }: SecretText): ReadableText | Pick<ReadSecret, 'diagnostics'> {
  const { text, diagnostics } = readPlainText(file, content);
  const found = [
    ...checkSecretFileName(file),
    ...diagnostics,
    ...(text === undefined ? [] : [...markErrors(file, text), ...limitErrors(file, text)]),
  ];
  return text === undefined || found.length > 0 ? { diagnostics: found } : { file, text };
}

/** What is too large or too deep for any reader; the readers of the formats know no limits of their own. */
function limitErrors(file: string, text: string): readonly Diagnostic[] {
  return readYaml(file, text).diagnostics.filter(({ code }) => code === 'MG016');
}

/** Below the first line that dist/ puts over it, the mark of some editors would be a part of the first key. */
function markErrors(file: string, text: string): readonly Diagnostic[] {
  if (!text.startsWith('\ufeff')) return [];
  const position: Position = { file, line: 1, column: 1 };
  const what = 'the file begins with a byte order mark (U+FEFF)';
  return [{ position, code: 'MG011', what, remedy: 'save it as UTF-8 without one' }];
}

/**
 * A stack with the ciphertext that lies beside its file, or what is wrong with that.
 *
 * @param texts the `.yaml` files of `stacks/<name>.secrets/`
 */
export function withSecrets(
  stack: Stack,
  texts: readonly SecretText[],
): {
  readonly stack: Stack | undefined;
  readonly secrets: ReadSecrets;
  readonly diagnostics: readonly Diagnostic[];
} {
  const secrets = readSecrets(stack, texts);
  const { needed: secretFiles, diagnostics } = secrets;
  if (diagnostics.length > 0) return { stack: undefined, secrets, diagnostics };
  return {
    stack: secretFiles.length === 0 ? stack : Object.freeze({ ...stack, secretFiles }),
    secrets,
    diagnostics,
  };
}

interface ReadSecret {
  readonly secret: SecretFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

function readSealed({ file, text }: ReadableText): ReadSecret {
  const { found, problems } = readSealedSecret(file, text);
  if (found === undefined) {
    const [first] = problems;
    if (first?.kind === 'plain-secret' && isSops(text)) {
      return {
        secret: undefined,
        diagnostics: [{ position: first.position, code: 'MG060', ...OTHER_PROVIDER }],
      };
    }
    return {
      secret: undefined,
      diagnostics: problems.map(({ position, what, remedy }) => ({ position, code: 'MG060', what, remedy })),
    };
  }
  const { keys, annotations, manifest } = found;
  const names = keys.map(({ key }) => key);
  return secretFile({ file, text, ...sealedFor(found), manifest, annotations, names });
}

/** The Secret that values open as. Somebody may have changed the file's own names since, which opens nothing. */
function sealedFor({ namespace, name, keys, annotations }: FoundSealedSecret): {
  readonly namespace: string;
  readonly name: string;
} {
  const scopes = keys.flatMap(({ key }) => factsOf(annotations, key).scope ?? []);
  const other = scopes.find((scope) => scope !== `strict ${namespace}/${name}`);
  const [, otherNamespace, otherName] = /^strict ([^/]+)\/(.+)$/.exec(other ?? '') ?? [];
  return { namespace: otherNamespace ?? namespace, name: otherName ?? name };
}

const OTHER_PROVIDER = {
  what: 'this is a file of SOPS, and the provider of the stack is sealed-secrets',
  remedy: `write secrets: {provider: sops, …}, or move the file away and make the values again: "sops decrypt" shows them, and ${ownCommand('secrets create')} takes them with --from-stdin`,
} as const;

/** Whether a Secret is not plain after all. */
function isSops(text: string): boolean {
  try {
    readSopsFile(text);
    return true;
  } catch (error) {
    if (error instanceof SopsProblem) return false;
    throw error;
  }
}

function readSops({ file, text }: ReadableText): ReadSecret {
  try {
    const { keys } = readSopsFile(text);
    const unreadable = readYaml(file, text).diagnostics.filter(({ code }) => code === 'MG011');
    if (unreadable.length > 0) return { secret: undefined, diagnostics: unreadable };
    const manifest = load(text);
    if (!isManifest(manifest)) throw new Error(`${file} was read, but is not an object`);
    const { namespace = '', name, annotations = {} } = manifest.metadata;
    return secretFile({ file, text, namespace, name, manifest, annotations, names: keys });
  } catch (error) {
    if (!(error instanceof SopsProblem)) throw error;
    const { what, remedy, place = { line: 1, column: 1 } } = error;
    return {
      secret: undefined,
      diagnostics: [{ position: { file, ...place }, code: 'MG060', what, remedy }],
    };
  }
}

/** The facts about keys that annotations hold. */
function secretFile({
  file,
  text,
  namespace,
  name,
  manifest,
  annotations,
  names,
}: ReadableText & {
  readonly namespace: string;
  readonly name: string;
  readonly manifest: Manifest;
  readonly annotations: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}): ReadSecret {
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
