import type { Stack } from '../../charts/stack/stack.ts';
import type { Diagnostic, Position } from '../stack/diagnostic.ts';
import { checkSecretFileName } from '../stack/file-names.ts';
import { readPlainText } from '../stack/reading/plain-text.ts';
import { readYaml } from '../stack/reading/yaml-source.ts';
import { type CiphertextKind, keepsCiphertext, type ProviderOf } from '../system/providers/index.ts';
import { fileIn, hasKey, type SecretFile } from '../system/secret-files.ts';
import type { SecretSpec } from '../system/secrets.ts';
import { notAdmitted } from './admission/admit.ts';
import type { Expected } from './admission/shape.ts';
import { formatOf, otherFormat } from './formats.ts';
import type { ReadableText, ReadSecret, SecretText } from './secret-text.ts';

export type { SecretText } from './secret-text.ts';

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
  const format = formatOf(provider);
  for (const given of texts) {
    const one = readable(given);
    if ('diagnostics' in one) {
      diagnostics.push(...one.diagnostics);
      continue;
    }
    const read = format.read(one);
    diagnostics.push(...(read.secret === undefined ? foreign(provider, one, read) : read.diagnostics));
    if (read.secret === undefined) continue;
    const { namespace, name } = read.secret;
    const twin = found.find((other) => other.namespace === namespace && other.name === name);
    if (twin === undefined) {
      found.push(read.secret);
      diagnostics.push(...notAdmitted({ ...one, shape: format.shape(expectedOf(stack, read.secret)) }));
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

/** What is wrong with a file that nothing could be read from: that it is another provider's says more than what it lacks. */
function foreign(
  provider: ProviderOf<CiphertextKind>,
  { text }: ReadableText,
  { diagnostics }: ReadSecret,
): readonly Diagnostic[] {
  const [first] = diagnostics;
  const other = otherFormat(provider, text);
  if (first === undefined || other === undefined) return diagnostics;
  const { kind, format } = other;
  const what = `this is ${format.title}, and the provider of the stack is ${provider.kind}`;
  const remedy = `write secrets: {provider: ${kind}, …}, or move the file away and make the values again: ${format.values}`;
  return [{ position: first.position, code: 'MG060', what, remedy }];
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
