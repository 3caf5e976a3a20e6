import { type Document, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { valueAt } from '../../plain/data.ts';
import { visible } from '../../plain/visible.ts';
import type { Diagnostic, Position } from '../diagnostic.ts';
import { type ContentError, valueErrors } from './contents.ts';
import type { Path } from './path.ts';
import { type Content, readPlainText } from './plain-text.ts';
import { conflictIn, mistakeIn } from './text-mistakes.ts';
import { type DocumentData, dataOf, type TextError } from './yaml-data.ts';
import { type ParsedText, parseText, tooDeep, type UsedText } from './yaml-text.ts';

export type { Path } from './path.ts';

/** A YAML file's data together with where each part of it stands. */
export interface YamlSource {
  readonly data: unknown;
  /**
   * Where the value at a path begins; for a group, a list or nothing, where its key stands.
   * For a path that is not written, where its nearest written parent's key is.
   */
  at(path: Path): Position;
  /** Where the key at the end of a path stands. */
  keyAt(path: Path): Position;
  /** True where a key has nothing behind it, not even the word `null`. */
  isBlank(path: Path): boolean;
}

/** What came of reading YAML text: data with positions, or what is wrong with the text. */
export type YamlResult =
  | { readonly source: YamlSource; readonly diagnostics: readonly [] }
  | { readonly source: undefined; readonly diagnostics: readonly Diagnostic[] };

/** How a document is read. */
export interface ReadOptions {
  /** What is wrong with values that were read. @default valueErrors */
  readonly errorsOf?: (document: Document.Parsed) => readonly ContentError[];
  /** Counts what is read, where several documents have one limit together. */
  readonly used?: UsedText;
  /** How many lines of the file come before the text. @default 0 */
  readonly linesBefore?: number;
}

/** What is wrong with a text that the parser takes, by the code. */
const EXPLAINED: Readonly<Record<string, { readonly what: string; readonly remedy: string }>> = {
  MULTIPLE_DOCS: {
    what: 'a second document begins here',
    remedy: 'keep one stack in a file: remove the line ---, or move what follows to a file of its own',
  },
  LOST_KEY: { what: 'a key cannot be called __proto__', remedy: 'choose another name' },
  NO_TEXT_KEY: { what: 'a list or a group cannot be a key', remedy: 'write a key of text' },
};

/** What to do about a file that exceeds a limit. */
const SMALLER =
  'make it smaller: files above this limit are not read, so that no file can keep the computer busy';
const FLATTER =
  'look for a bracket or a dash that is repeated by mistake: no setting is nested more than a few levels deep';

/**
 * Reads one YAML document, keeping the place of every value.
 *
 * @param file name for messages, with forward slashes
 * @param content its text, or its bytes, which may not be text
 */
export function readYaml(
  file: string,
  content: Content,
  { errorsOf = valueErrors, used, linesBefore = 0 }: ReadOptions = {},
): YamlResult {
  const { text, diagnostics } = readPlainText(file, content);
  if (text === undefined) return { source: undefined, diagnostics };
  const lineCounter = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const failed = (errors: readonly TextError[]): YamlResult => ({
    source: undefined,
    diagnostics: errors.map((error) => {
      const lineOf = (offset: number): number => position(offset).line + linesBefore;
      const explanation = explained(error, lineOf);
      if (explanation !== undefined) return { position: position(error.offset), ...explanation };
      const { offset, what, remedy } = mistakeIn(text, error, linesBefore);
      return { position: position(offset), code: 'MG001', what, remedy };
    }),
  });
  const parsed = parseText(text, lineCounter, used);
  if ('exceeded' in parsed) {
    return failed([{ offset: parsed.offset, code: 'LIMIT', message: parsed.exceeded }]);
  }
  const { document } = parsed;
  const plain = dataOf(document);
  const errors = textErrors(parsed, plain);
  if (errors.length > 0) {
    const conflict = conflictIn(text);
    if (conflict === undefined) return failed(errors);
    const { offset, ...words } = conflict;
    return { source: undefined, diagnostics: [{ position: position(offset), code: 'MG001', ...words }] };
  }
  const unkept = errorsOf(document);
  if (unkept.length > 0) {
    return {
      source: undefined,
      diagnostics: unkept.map(({ offset, finding }) => ({ position: position(offset), ...finding })),
    };
  }
  const root = document.contents;
  const at = (path: Path): Position => {
    const { node, depth } = find(root, plain, path);
    if (depth < path.length) return keyAt(path.slice(0, depth));
    const [start = 0, end = 0] = node?.range ?? [];
    return path.length === 0 || (isScalar(node) && start < end) ? position(start) : keyAt(path);
  };
  const keyAt = (path: Path): Position => {
    const key = path.at(-1);
    if (key === undefined) return position(root?.range?.[0] ?? 0);
    const parent = find(root, plain, path.slice(0, -1));
    if (parent.depth < path.length - 1) return at(path.slice(0, parent.depth));
    const pair = plain.pairAt(parent.node, key);
    if (isScalar(pair?.key)) return position(pair.key.range?.[0] ?? 0);
    // An item of a list has no key: it begins where it begins.
    const { node, depth } = find(root, plain, path);
    return depth === path.length ? position(node?.range?.[0] ?? 0) : at(path.slice(0, -1));
  };
  const isBlank = (path: Path): boolean => {
    const { node, depth } = find(root, plain, path);
    const [start = 0, end = 0] = node?.range ?? [];
    return depth === path.length && isScalar(node) && node.value === null && start === end;
  };
  return { source: { data: plain.data, at, keyAt, isBlank }, diagnostics: [] };
}

/** The code and the words for a mistake that is not the parser's to find; undefined for its own. */
function explained(
  { code, message, other }: TextError,
  lineOf: (offset: number) => number,
): Omit<Diagnostic, 'position'> | undefined {
  if (code === 'DUPLICATE_KEY') {
    const place = other === undefined ? '' : ` in line ${lineOf(other)}`;
    return {
      code: 'MG001',
      what: `the key ${shortKey(message)} is already defined in the same group${place}`,
      remedy: 'put both together under one of them',
    };
  }
  if (code === 'LIMIT') {
    return { code: 'MG016', what: message, remedy: message === tooDeep ? FLATTER : SMALLER };
  }
  if (code === 'MERGE_KEY') {
    return {
      code: 'MG090',
      what: 'merge keys (<<) are not supported',
      remedy:
        'write the keys out, share them between files with extends, or repeat a whole value with an anchor (&name) and an alias (*name)',
    };
  }
  if (code === 'NO_ANCHOR' || code === 'ALIAS_IN_ITSELF') {
    const name = visible(message);
    return {
      code: 'MG001',
      what:
        code === 'NO_ANCHOR'
          ? `*${name} is an alias in YAML, and no anchor &${name} comes before it`
          : `the alias *${name} is inside the value of its own anchor &${name}`,
      remedy:
        code === 'NO_ANCHOR'
          ? 'put it in quotes if it is text, or write the anchor at the first value'
          : 'write the value out here',
    };
  }
  const known = EXPLAINED[code];
  return known === undefined ? undefined : { code: 'MG001', ...known };
}

/**
 * Everything wrong with the text. What the parser finds after its first error mostly follows from that one,
 * so only keys written twice, which it takes in its stride, are all reported.
 */
function textErrors(
  { document, second }: Extract<ParsedText, { document: unknown }>,
  plain: DocumentData,
): readonly TextError[] {
  const [error] = document.errors;
  const more = second === undefined ? [] : [{ offset: second, code: 'MULTIPLE_DOCS', message: '' }];
  const [first] = [
    ...(error === undefined ? [] : [{ offset: error.pos[0], code: error.code, message: error.message }]),
    ...more,
  ];
  if (first === undefined) return plain.errors;
  return [...plain.errors.filter(({ code }) => code === 'DUPLICATE_KEY'), first].sort(
    (a, b) => a.offset - b.offset,
  );
}

/** Follows a path as far as it is written; an alias leads to what its anchor names. */
function find(
  root: Node | null,
  plain: DocumentData,
  path: Path,
): { readonly node: Node | null | undefined; readonly depth: number } {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const child = isSeq(node) ? node.items[Number(step)] : plain.pairAt(node, step)?.value;
    const next = plain.resolve(child);
    if (next === undefined) return { node, depth };
    node = next;
  }
  return { node, depth: path.length };
}

/** A copy of plain data with another value at a path; `undefined` takes what is there out. */
export function replaced(data: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) {
    const items: unknown[] = data;
    return items
      .map((item, index) => (index === step ? replaced(item, rest, value) : item))
      .filter((item) => item !== undefined);
  }
  const entries = Object.entries(data);
  const inner = replaced(valueAt(data, [step]), rest, value);
  const others = entries.filter(([key]) => key !== String(step));
  return Object.fromEntries(inner === undefined ? others : [...others, [step, inner]]);
}

/** `expose.public.via`, `callNodes.tolerations[0].key`. */
export function dotted(path: Path): string {
  let text = '';
  for (const step of path) {
    text += typeof step === 'number' ? `[${step}]` : text === '' ? shortKey(step) : `.${shortKey(step)}`;
  }
  return text === '' ? 'the file' : text;
}

/** A key on one line, whatever a person wrote in its place. */
export function shortKey(key: string): string {
  const line = visible(key.replaceAll(/\s+/g, ' '));
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
