import { LineCounter } from 'yaml';
import { isRecord } from '../../plain/data.ts';
import type { Code } from '../../stack/codes.ts';
import { compareDiagnostics, type Diagnostic, type Position } from '../../stack/diagnostic.ts';
import { type Path, readYaml, shortKey, type YamlSource } from '../../stack/reading/yaml-source.ts';
import { CHECKED, CHECKED_VALUES, type Group, SECRET_KEY, type Shape, type Text } from './shape.ts';
import { misleadingIn, secretsInComments, type TextProblem } from './text.ts';

/** A file that its reader has found to hold ciphertext. */
export interface Candidate {
  readonly file: string;
  readonly text: string;
  /** What may be in it. */
  readonly shape: Group;
}

/**
 * Everything in a file of ciphertext that this program does not write there. The file is handed on byte for byte, so
 * that whatever it says reaches the cluster: only what is known to be harmless may be in it.
 *
 * @returns nothing for a file that may be handed on; no message repeats a value
 */
export function notAdmitted({ file, text, shape }: Candidate): readonly Diagnostic[] {
  const { source } = readYaml(file, text);
  if (source === undefined) {
    const what = 'YAML readers disagree on what this file says';
    const remedy = 'take the last good version from git';
    return [{ position: { file, line: 1, column: 1 }, code: 'MG067', what, remedy }];
  }
  const found: Diagnostic[] = [];
  const report: Report = (code, position, what, remedy) => {
    found.push({ code, position, what, remedy });
  };
  checkGroup(source.data, shape, [], source, report);
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1);
  const place = ({ offset }: TextProblem): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  for (const problem of misleadingIn(text)) report('MG067', place(problem), problem.what, problem.remedy);
  for (const problem of secretsInComments(text)) {
    report('MG069', place(problem), problem.what, problem.remedy);
  }
  return found.sort(compareDiagnostics);
}

type Report = (code: Code, position: Position, what: string, remedy: string) => void;

function checkGroup(data: unknown, shape: Group, path: Path, source: YamlSource, report: Report): void {
  if (!isRecord(data)) {
    const what = `${name(path)} is not a group of keys`;
    report('MG067', source.at(path), what, 'take the last good version from git');
    return;
  }
  for (const key of shape.required ?? []) {
    if (Object.hasOwn(data, key)) continue;
    const what = `${name([...path, key])} is missing, without which the Secret could be removed with its values`;
    report('MG067', source.at(path), what, 'take the last good version from git');
  }
  for (const [key, value] of Object.entries(data)) {
    const at = [...path, key];
    const known = Object.hasOwn(shape.keys, key)
      ? shape.keys[key]
      : shape.more?.find((it) => it.name.test(key))?.shape;
    if (known === undefined) {
      const what = `${name(at)} is not a field that matrix-gitops writes here, and it would reach the cluster`;
      report('MG067', source.keyAt(at), what, shape.refused?.[key] ?? REMEDIES[key] ?? 'remove it');
    } else check(value, known, at, source, report);
  }
}

function check(data: unknown, shape: Shape, path: Path, source: YamlSource, report: Report): void {
  if (shape === CHECKED) return;
  if (shape === CHECKED_VALUES) checkKeys(data, path, source, report);
  else if ('keys' in shape) checkGroup(data, shape, path, source, report);
  else if ('text' in shape) checkText(data, shape, path, source, report);
  else if (!Array.isArray(data)) {
    report('MG067', source.at(path), `${name(path)} is not a list`, 'take the last good version from git');
  } else {
    for (const [index, item] of data.entries()) check(item, shape.items, [...path, index], source, report);
  }
}

function checkText(
  data: unknown,
  { text, unquoted }: Text,
  path: Path,
  source: YamlSource,
  report: Report,
): void {
  const isPlain = typeof data === 'number' || typeof data === 'boolean';
  if (unquoted === true && isPlain) {
    checkText(String(data), { text }, path, source, report);
  } else if (typeof data !== 'string') {
    report('MG067', source.at(path), `${name(path)} is not text`, 'put the value in quotes, or remove it');
  } else if (text instanceof RegExp) {
    if (text.test(data)) return;
    const what = `${name(path)} is not a value that matrix-gitops writes here`;
    report('MG067', source.at(path), what, 'take the last good version from git, or remove it');
  } else if (!text.includes(data)) {
    const expected = text.map((one) => `"${one}"`).join(' or ');
    report('MG068', source.at(path), `${name(path)} is not ${expected}`, `write ${text[0]}`);
  }
}

/** Keys of the Secret, which become names of files. What is left over from another release is `not-needed` to status. */
function checkKeys(data: unknown, path: Path, source: YamlSource, report: Report): void {
  for (const key of isRecord(data) ? Object.keys(data) : []) {
    if (SECRET_KEY.test(key)) continue;
    // Not quoted: it may be a value in the wrong place.
    const what = `a key in ${name(path)} is not a valid key of a Secret`;
    const remedy = 'use letters, digits, - _ and . only, at most 253, and not .. first';
    report('MG067', source.keyAt([...path, key]), what, remedy);
  }
}

/** What to do about fields that have a better answer than the general one. */
const REMEDIES: Readonly<Record<string, string>> = {
  data: 'remove it; if it held a value in plain text and was committed, consider that value known and rotate it',
  status: 'remove it: the controller writes it in the cluster',
  creationTimestamp: 'remove it: the cluster writes it',
};

/** `metadata.annotations.a/b`, on one line and without anything that a terminal would follow. */
function name(path: Path): string {
  return path.length === 0
    ? 'the file'
    : path.map((step) => (typeof step === 'number' ? `[${step}]` : printable(step))).join('.');
}

function printable(key: string): string {
  return shortKey(key).replaceAll(/[^\x20-\x7E\u00A1-\u1FFF]/g, '?');
}
