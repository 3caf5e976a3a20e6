import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Diagnostic, Position } from './diagnostic.ts';

/** Keys and indexes from the root of a YAML file to a value. */
export type Path = readonly (string | number)[];

/** A YAML file's data together with where each part of it stands. */
export interface YamlSource {
  readonly data: unknown;
  /** Where the value at a path begins; for a path that is not written, where its nearest written parent's key is. */
  at(path: Path): Position;
  /** Where the key at the end of a path stands. */
  keyAt(path: Path): Position;
}

/** What came of reading YAML text: data with positions, or what is wrong with the text. */
export type YamlResult =
  | { readonly source: YamlSource; readonly diagnostics: readonly [] }
  | { readonly source: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads one YAML document, keeping the place of every value.
 *
 * @param file name for messages, with forward slashes
 */
export function readYaml(file: string, text: string): YamlResult {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, version: '1.2' });
  const position = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    return {
      source: undefined,
      diagnostics: document.errors.map((error) => ({
        position: position(error.pos[0]),
        code: 'MG001',
        what: `this is not YAML: ${firstLine(error.message)}`,
        remedy: 'correct the text here (indent with spaces, each key once, quote values that hold : or #)',
      })),
    };
  }
  const root = document.contents;
  const at = (path: Path): Position => {
    const found = find(root, path);
    if (found.depth < path.length) return keyAt(path.slice(0, found.depth));
    return position(found.node?.range?.[0] ?? 0);
  };
  const keyAt = (path: Path): Position => {
    const key = path.at(-1);
    const parent = find(root, path.slice(0, -1));
    if (parent.depth === path.length - 1 && isMap(parent.node)) {
      for (const pair of parent.node.items) {
        if (isScalar(pair.key) && pair.key.value === key) return position(pair.key.range?.[0] ?? 0);
      }
    }
    if (path.length === 0) return position(root?.range?.[0] ?? 0);
    return at(path.slice(0, parent.depth));
  };
  return { source: { data: document.toJS(), at, keyAt }, diagnostics: [] };
}

/** Follows a path as far as it is written. */
function find(root: Node | null, path: Path): { readonly node: Node | null; readonly depth: number } {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const next: unknown =
      isMap(node) || isSeq(node) ? node.get(isSeq(node) ? Number(step) : step, true) : undefined;
    if (!isScalar(next) && !isMap(next) && !isSeq(next)) return { node, depth };
    node = next;
  }
  return { node, depth: path.length };
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

/** A copy of plain data without the value at a path. */
export function without(data: unknown, path: Path): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) {
    const items: unknown[] = data;
    if (rest.length === 0) return items.filter((_, index) => index !== step);
    return items.map((item, index) => (index === step ? without(item, rest) : item));
  }
  const entries = Object.entries(data);
  return Object.fromEntries(
    rest.length === 0
      ? entries.filter(([key]) => key !== step)
      : entries.map(([key, value]) => [key, key === step ? without(value, rest) : value]),
  );
}
