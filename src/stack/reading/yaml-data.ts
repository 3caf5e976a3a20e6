import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { countText, excess, LIMITS, type Measure, measureOf } from '../limits.ts';
import { tooDeep } from './yaml-text.ts';

/** A mistake in the text itself: where it begins, and the parser's code and words. */
export interface TextError {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
  /** Where the other one begins, of something that is written twice. */
  readonly other?: number;
}

/** The data of a document, with a way from each part of it to its place. */
export interface DocumentData {
  /** Aliases share the value that they repeat. */
  readonly data: unknown;
  /** Keys and aliases that cannot be read, and what exceeds a limit; `data` means nothing then. */
  readonly errors: readonly TextError[];
  /** What stands behind an alias; other nodes stand for themselves. */
  resolve(node: unknown): Node | undefined;
  /** A key and its value in a group; keys are text in plain data, also where YAML reads a number. */
  pairAt(node: Node | null | undefined, key: string | number): Pair | undefined;
}

/** Something read, and how much it holds. */
interface Read {
  readonly value: unknown;
  readonly measure: Measure;
}

const NOTHING: Read = { value: null, measure: { nodes: 1, characters: 0, depth: 0 } };

/** Reads a document in one pass; what aliases repeat is read once and counted each time. */
export function dataOf(document: Document.Parsed): DocumentData {
  const errors: TextError[] = [];
  const targets = new Map<Node, Node>();
  const pairs = new Map<Node, ReadonlyMap<string, Pair>>();
  const anchors = new Map<string, Node>();
  const known = new Map<Node, Read>();
  let isExceeded = false;
  const fail = (node: unknown, code: string, message = ''): void => {
    errors.push({ offset: startOf(node), code, message });
  };
  /** Only the first: what is around it holds too much as well. */
  const exceeds = (node: unknown, message: string): void => {
    if (!isExceeded) fail(node, 'LIMIT', message);
    isExceeded = true;
  };

  const read = (node: unknown, depth: number): Read => {
    if (isAlias(node)) return repeated(node);
    if (isScalar(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      return remember(node, scalar(node, node.value));
    }
    if (!isMap(node) && !isSeq(node)) return NOTHING;
    if (depth > LIMITS.depth) {
      exceeds(node, tooDeep);
      return NOTHING;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    const found = isMap(node) ? group(node, depth) : list(node.items, depth);
    const tooMuch = excess(found.measure);
    if (tooMuch !== undefined) exceeds(node, `this ${tooMuch}, counting what aliases repeat`);
    return remember(node, found);
  };

  const remember = (node: Node, found: Read): Read => {
    if ('anchor' in node && node.anchor !== undefined) known.set(node, found);
    return found;
  };

  const repeated = (node: Node & { readonly source: string }): Read => {
    const target = anchors.get(node.source);
    const found = target === undefined ? undefined : known.get(target);
    if (target === undefined) {
      fail(node, 'NO_ANCHOR', node.source);
    } else if (found === undefined) {
      fail(node, 'ALIAS_IN_ITSELF', node.source);
    } else {
      targets.set(node, target);
    }
    return found ?? NOTHING;
  };

  const scalar = (node: Node, value: unknown): Read => {
    const characters = typeof value === 'string' ? value.length : 0;
    if (characters > LIMITS.textLength) {
      exceeds(node, `this text is longer than ${countText(LIMITS.textLength)} characters`);
    }
    return { value, measure: { nodes: 1, characters, depth: 0 } };
  };

  const list = (items: readonly unknown[], depth: number): Read => {
    if (items.length > LIMITS.items) {
      exceeds(items[LIMITS.items], `this list has more than ${countText(LIMITS.items)} items`);
    }
    const found = items.map((item) => read(isPair(item) ? item.value : item, depth + 1));
    return {
      value: found.map(({ value }) => value),
      measure: measureOf(found.map(({ measure }) => measure)),
    };
  };

  const group = (node: YAMLMap, depth: number): Read => {
    if (node.items.length > LIMITS.items) {
      exceeds(node.items[LIMITS.items]?.key, `this group has more than ${countText(LIMITS.items)} keys`);
    }
    const byKey = new Map<string, Pair>();
    const entries: [string, unknown][] = [];
    const measures: Measure[] = [];
    for (const pair of node.items) {
      const key = keyOf(pair);
      const { value, measure } = read(pair.value, depth + 1);
      measures.push(measure);
      if (key === undefined) continue;
      const first = byKey.get(key);
      if (first !== undefined) {
        const [offset, other] = [startOf(pair.key), startOf(first.key)];
        errors.push({ offset, code: 'DUPLICATE_KEY', message: key, other });
        continue;
      }
      byKey.set(key, pair);
      // Entries, not assignments: a key called __proto__ is one like any other.
      entries.push([key, value]);
      measures.push({ nodes: 0, characters: key.length, depth: 0 });
    }
    pairs.set(node, byKey);
    return { value: Object.fromEntries(entries), measure: measureOf(measures) };
  };

  /** The text of a key; undefined, and an error, for what is none. */
  const keyOf = ({ key }: Pair): string | undefined => {
    const node = isAlias(key) ? resolveAlias(key) : key;
    if (!isScalar(node)) {
      if (node !== undefined) fail(key, 'NO_TEXT_KEY');
      return undefined;
    }
    if (isScalar(key) && key.anchor !== undefined) {
      anchors.set(key.anchor, key);
      known.set(key, scalar(key, key.value));
    }
    const text = node.value === null ? '' : String(node.value);
    // In quotes it is a key like any other.
    if (text === '<<' && node.type === 'PLAIN') fail(key, 'MERGE_KEY');
    if (text === '__proto__') fail(key, 'LOST_KEY');
    if (text.length > LIMITS.keyLength) {
      exceeds(key, `this key is longer than ${countText(LIMITS.keyLength)} characters`);
    }
    return text;
  };

  const resolveAlias = (alias: Node & { readonly source: string }): Node | undefined => {
    repeated(alias);
    return targets.get(alias);
  };

  const { value } = read(document.contents, 1);
  return {
    data: value,
    errors,
    resolve: (node) => {
      if (isAlias(node)) return targets.get(node);
      return isScalar(node) || isMap(node) || isSeq(node) ? node : undefined;
    },
    pairAt: (node, key) => (isMap(node) ? pairs.get(node)?.get(String(key)) : undefined),
  };
}

function startOf(node: unknown): number {
  const isNode = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
  return isNode ? (node.range?.[0] ?? 0) : 0;
}
