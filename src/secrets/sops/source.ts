import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { SopsProblem, type SopsReason } from './problem.ts';
import { readingOf } from './scalar.ts';

/** YAML text of one object, with the place of everything in it. */
export interface SopsSource {
  /** Comments, order and quotes included. */
  readonly yaml: Document;
  /** The object itself. */
  readonly root: YAMLMap;
  /**
   * Something wrong with the text.
   *
   * @param at where: a part of the document
   */
  problem(reason: SopsReason, what: string, remedy: string, at: unknown): SopsProblem;
}

/** A value somewhere in an object, the `sops` block left out. */
export interface Leaf {
  /** The keys that lead to it; lists do not count. */
  readonly path: readonly string[];
  readonly node: Scalar;
}

/** All values outside the `sops` block, in the order of the text, which is that of the MAC. */
export function leavesOf(root: YAMLMap): readonly Leaf[] {
  const below = (node: unknown, path: readonly string[]): readonly Leaf[] => {
    if (isMap(node)) return node.items.flatMap((pair) => below(pair.value, [...path, keyOf(pair)]));
    if (isSeq(node)) return node.items.flatMap((item) => below(item, path));
    return isScalar(node) ? [{ path, node }] : [];
  };
  return root.items.flatMap((pair) => (keyOf(pair) === 'sops' ? [] : below(pair.value, [keyOf(pair)])));
}

/** A pair's key as text. */
export function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

/** The map at a key; undefined when nothing or something else is there. */
export function mapAt(parent: YAMLMap, key: string): YAMLMap | undefined {
  const found = parent.get(key, true);
  return isMap(found) ? found : undefined;
}

/**
 * Reads YAML, and refuses what sops or this program may understand in another way: aliases, tags, keys that are
 * no text, several documents.
 *
 * @throws {SopsProblem} `no-secret` or `unsupported`
 */
export function readSource(text: string): SopsSource {
  const lines = new LineCounter();
  const problemAt = (reason: SopsReason, what: string, remedy: string, offset: number): SopsProblem => {
    const { line, col } = lines.linePos(offset);
    return new SopsProblem(reason, what, remedy, { line: Math.max(line, 1), column: Math.max(col, 1) });
  };
  const problem: SopsSource['problem'] = (reason, what, remedy, at) =>
    problemAt(reason, what, remedy, isNode(at) ? (at.range?.[0] ?? 0) : 0);
  // Failsafe: every value stays the text it is, so that writing it again changes nothing.
  const options = {
    lineCounter: lines,
    schema: 'failsafe',
    prettyErrors: false,
    logLevel: 'error',
    uniqueKeys: false,
  } as const;
  const yaml = parseDocument(text, options);
  const [error] = yaml.errors;
  if (error?.code === 'MULTIPLE_DOCS') {
    const remedy = 'move it to a file of its own, without the line ---';
    throw problemAt('unsupported', 'a second object begins here', remedy, error.pos[0]);
  }
  if (error !== undefined) {
    // The parser's own words may quote a value.
    const remedy = 'correct the text here; nothing else of the file was looked at';
    throw problemAt('no-secret', `this is not YAML (${error.code})`, remedy, error.pos[0]);
  }
  const root = yaml.contents;
  if (!isMap(root)) {
    const remedy = 'it must hold one Secret, encrypted by sops';
    throw problemAt('no-secret', 'the file holds no object', remedy, 0);
  }
  const refuse = (what: string, remedy: string, at: unknown): never => {
    throw problem('unsupported', what, remedy, at);
  };
  visit(yaml, {
    Alias: (_, node) => refuse('this is an alias', 'write out the value that it repeats', node),
    Value: (_, node) => {
      if (node.anchor !== undefined) refuse('this has an anchor', 'remove it', node);
      if (node.tag !== undefined) refuse('this has a tag (!)', 'remove it, and quote what is text', node);
    },
    Map: (_, { items }) => {
      // The parser would compare each key with all others.
      const keys = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key) || readingOf(key).is !== 'text')
          refuse('this key is not text', 'put it in quotes', key);
        const text = String(isScalar(key) ? key.value : key);
        if (keys.has(text))
          throw problem('no-secret', 'this is not YAML (DUPLICATE_KEY)', 'keep one of the two keys', key);
        keys.add(text);
      }
    },
  });
  return { yaml, root, problem };
}
