import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import type { Diagnostic, Position } from '../diagnostic.ts';
import { visible } from '../visible.ts';
import { valueErrors } from './contents.ts';
import { type Content, readPlainText } from './plain-text.ts';

/** Keys and indexes from the root of a YAML file to a value. */
export type Path = readonly (string | number)[];

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

/** A mistake in the text itself: where it begins, and the parser's code and words. */
interface TextError {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

/** The parser's errors that have a better answer than the general one, by its code. */
const EXPLAINED: Readonly<Record<string, { readonly what: string; readonly remedy: string }>> = {
  BLOCK_AS_IMPLICIT_KEY: {
    what: 'a second colon makes a key of this value',
    remedy: 'put the value in quotes',
  },
  DUPLICATE_KEY: {
    what: 'this key is already written in the same group',
    remedy: 'put both together under one of them',
  },
  MULTIPLE_DOCS: {
    what: 'a second document begins here',
    remedy: 'keep one stack in a file: remove the line ---, or move what follows to a file of its own',
  },
  LOST_KEY: { what: 'a key cannot be called __proto__', remedy: 'choose another name' },
  TAB_AS_INDENT: { what: 'a tab stands where YAML wants spaces', remedy: 'indent with spaces' },
};

/**
 * Reads one YAML document, keeping the place of every value.
 *
 * @param file name for messages, with forward slashes
 * @param content its text, or its bytes, which may not be text
 */
export function readYaml(file: string, content: Content): YamlResult {
  const { text, diagnostics } = readPlainText(file, content);
  if (text === undefined) return { source: undefined, diagnostics };
  const lineCounter = new LineCounter();
  // Its warnings go straight to the terminal; what they are about is found by the schema.
  const options = { lineCounter, prettyErrors: false, version: '1.2', logLevel: 'error' } as const;
  const document = parseDocument(text, options);
  const position = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const errors = textErrors(document);
  if (errors.length > 0) {
    return {
      source: undefined,
      diagnostics: errors.map(({ offset, code, message }) => ({
        position: position(offset),
        code: 'MG001',
        ...(EXPLAINED[code] ?? {
          what: `this is not YAML: ${visible(firstLine(message))}`,
          remedy: 'correct the text here (indent with spaces, each key once, quote values that hold : or #)',
        }),
      })),
    };
  }
  const unkept = valueErrors(document);
  if (unkept.length > 0) {
    return {
      source: undefined,
      diagnostics: unkept.map(({ offset, finding }) => ({ position: position(offset), ...finding })),
    };
  }
  const plain = plainData(document);
  if (plain === undefined) {
    const what = 'the aliases of this file unfold to far more than is written';
    const remedy = 'write the values where they belong, or use fewer aliases within aliases';
    return { source: undefined, diagnostics: [{ position: position(0), code: 'MG001', what, remedy }] };
  }
  const root = document.contents;
  const at = (path: Path): Position => {
    const { node, depth } = find(document, path);
    if (depth < path.length) return keyAt(path.slice(0, depth));
    const [start = 0, end = 0] = node?.range ?? [];
    return path.length === 0 || (isScalar(node) && start < end) ? position(start) : keyAt(path);
  };
  const keyAt = (path: Path): Position => {
    const key = path.at(-1);
    if (key === undefined) return position(root?.range?.[0] ?? 0);
    const parent = find(document, path.slice(0, -1));
    if (parent.depth < path.length - 1) return at(path.slice(0, parent.depth));
    const pair = pairAt(parent.node, key);
    if (isScalar(pair?.key)) return position(pair.key.range?.[0] ?? 0);
    // An item of a list has no key: it begins where it begins.
    const { node, depth } = find(document, path);
    return depth === path.length ? position(node?.range?.[0] ?? 0) : at(path.slice(0, -1));
  };
  const isBlank = (path: Path): boolean => {
    const { node, depth } = find(document, path);
    const [start = 0, end = 0] = node?.range ?? [];
    return depth === path.length && isScalar(node) && node.value === null && start === end;
  };
  return { source: { data: plain.data, at, keyAt, isBlank }, diagnostics: [] };
}

/**
 * Everything wrong with the text. What the parser finds after its first error mostly follows from that one,
 * so only keys written twice, which it takes in its stride, are all told.
 */
function textErrors(document: Document.Parsed): readonly TextError[] {
  const errors = document.errors.map(({ pos, code, message }) => ({ offset: pos[0], code, message }));
  const first = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (errors.length > 0) return errors.filter((error) => error === first || error.code === 'DUPLICATE_KEY');
  return [...aliasErrors(document), ...keyErrors(document)];
}

/** Keys that JavaScript takes for something else, and that would be lost without a word. */
function keyErrors(document: Document.Parsed): readonly TextError[] {
  const found: TextError[] = [];
  visit(document, {
    Pair: (_key, { key }) => {
      if (!isScalar(key) || key.value !== '__proto__') return;
      found.push({ offset: key.range?.[0] ?? 0, code: 'LOST_KEY', message: '' });
    },
  });
  return found;
}

/** Aliases that lead nowhere, or in a circle. */
function aliasErrors(document: Document.Parsed): readonly TextError[] {
  const found: TextError[] = [];
  visit(document, {
    Alias: (_key, alias, above) => {
      const target = alias.resolve(document);
      if (target !== undefined && !above.includes(target)) return;
      found.push({
        offset: alias.range?.[0] ?? 0,
        code: 'BAD_ALIAS',
        message: `*${alias.source} ${
          target === undefined
            ? `refers to &${alias.source}, which is not written before it`
            : `stands within &${alias.source}, which it refers to`
        }`,
      });
    },
  });
  return found;
}

/** The plain data of a document; undefined when its aliases unfold to far more than is written. */
function plainData(document: Document.Parsed): { readonly data: unknown } | undefined {
  try {
    return { data: document.toJS() };
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}

/** Follows a path as far as it is written; an alias leads to what its anchor names. */
function find(
  document: Document.Parsed,
  path: Path,
): { readonly node: Node | null | undefined; readonly depth: number } {
  let node: Node | null = document.contents;
  for (const [depth, step] of path.entries()) {
    const child = isSeq(node) ? node.items[Number(step)] : pairAt(node, step)?.value;
    const next = isAlias(child) ? child.resolve(document) : child;
    if (!isScalar(next) && !isMap(next) && !isSeq(next)) return { node, depth };
    node = next;
  }
  return { node, depth: path.length };
}

/** A key and its value in a group; keys are text in plain data, also where YAML reads a number. */
function pairAt(node: Node | null | undefined, key: string | number): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === String(step))?.[1];
  }
  return value;
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
