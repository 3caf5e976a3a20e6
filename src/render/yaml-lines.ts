import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  parseDocument,
  Scalar,
} from 'yaml';
import { groupOf, type ObjectId, objectKey } from '../stack/manifest.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import { isConfigText } from './config-text.ts';

/** A line and a column of a text; both count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** What a line belongs to. */
export interface LineOwner {
  /** The number of the object in the file, from 0. */
  readonly object: number;
  /** Where in it. A path goes on into configuration that is kept as text: `['data', 'config.json', 'brand']`. */
  readonly path: Path;
  /** How many lines after the one where the path stands: within a text, and at closing brackets. */
  readonly after: number;
}

/** The lines of a file of manifests, and what stands on them. */
export interface YamlLines {
  /** The number of an object in the file, from 0; undefined where it is not there. */
  find(id: ObjectId): number | undefined;
  /**
   * Where the value at a path begins; for a group, a list or a text of several lines, where its key does. For a path
   * that is not there, where its nearest parent is.
   */
  at(object: number, path: Path): TextPlace;
  /** What a line belongs to; undefined for the lines between objects. */
  ownerOf(line: number): LineOwner | undefined;
}

/** Each key is otherwise compared with all before it, and each error is shown with its lines. */
const FAST = { logLevel: 'silent', uniqueKeys: false, prettyErrors: false } as const;

/** A value of the file. Its path is put together when somebody asks. */
interface Entry {
  readonly parent: Entry | undefined;
  readonly step: string | number;
  readonly object: number;
  readonly place: TextPlace;
  readonly below: Map<string | number, Entry>;
}

/** Where a part of the text begins, and which of its lines that is. */
type PlaceOf = (offset: number) => TextPlace;

/**
 * Reads which line of a rendered file holds what, also within the YAML and JSON texts of ConfigMaps. It takes time in
 * proportion to the text, and nothing that only writes files needs it.
 *
 * @param text of a file of manifests, as src/render/yaml.ts writes it
 */
export function yamlLines(text: string): YamlLines {
  const parsed = parseAllDocuments(text, FAST);
  const documents = Array.isArray(parsed) ? parsed : [];
  const placeOf = placesIn(text, 1, 1);
  const roots: Entry[] = [];
  const numbers = new Map<string, number>();
  const owners = new Owners();
  for (const { contents } of documents) {
    if (!isMap(contents) || !contents.range) continue;
    const place = placeOf(contents.range[0]);
    const root: Entry = { parent: undefined, step: '', object: roots.length, place, below: new Map() };
    owners.skipTo(place.line);
    walk(contents, root, placeOf, text, owners);
    owners.fill(placeOf(contents.range[1] - 1).line, root);
    const word = (...path: readonly string[]): string => String(contents.getIn(path) ?? '');
    const id = {
      group: groupOf(word('apiVersion')),
      kind: word('kind'),
      namespace: word('metadata', 'namespace'),
      name: word('metadata', 'name'),
    };
    numbers.set(objectKey(id), roots.length);
    roots.push(root);
  }
  return {
    find: (id) => numbers.get(objectKey(id)),
    at: (object, path) => {
      let entry = roots[object];
      for (const step of path) {
        const next = entry?.below.get(step);
        if (next === undefined) break;
        entry = next;
      }
      return entry?.place ?? { line: 1, column: 1 };
    },
    ownerOf: (line) => {
      const entry = owners.of(line);
      if (entry === undefined) return undefined;
      return { object: entry.object, path: pathOf(entry), after: line - entry.place.line };
    },
  };
}

/** Which entry each line belongs to. Lines are given away in their order, so that each is looked at once. */
class Owners {
  readonly #lines: (Entry | undefined)[] = [];
  #next = 1;

  /** Lines before this one that nobody has belong to nobody. */
  skipTo(line: number): void {
    while (this.#next < line) this.#lines[this.#next++] = undefined;
  }

  /** Lines up to this one that nobody has belong to an entry. */
  fill(line: number, entry: Entry): void {
    while (this.#next <= line) this.#lines[this.#next++] = entry;
  }

  /** An entry begins: its line is its own, unless something around it that is no list begins there too. */
  begin(entry: Entry): void {
    const { line } = entry.place;
    if (entry.parent !== undefined) this.fill(line - 1, entry.parent);
    const owner = this.#lines[line];
    // A dash belongs to what follows it.
    const isAfterDash = owner !== undefined && owner === entry.parent && typeof owner.step === 'number';
    if (this.#next <= line) this.fill(line, entry);
    else if (isAfterDash && entry.parent?.below.size === 1) this.#lines[line] = entry;
  }

  of(line: number): Entry | undefined {
    return this.#lines[line];
  }
}

function pathOf(entry: Entry): Path {
  const steps: (string | number)[] = [];
  for (let one = entry; one.parent !== undefined; one = one.parent) steps.push(one.step);
  return steps.reverse();
}

/** Finds lines and columns in a text that stands in another one, from a line and a column on. */
function placesIn(text: string, firstLine: number, firstColumn: number): PlaceOf {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: firstLine + low, column: firstColumn + offset - (starts[low] ?? 0) };
  };
}

/** Goes through what is below an entry, in the order of the text. */
function walk(node: Node, entry: Entry, placeOf: PlaceOf, text: string, owners: Owners): void {
  const enter = (step: string | number, value: unknown, key: Node | undefined): void => {
    const inner = isNode(value) ? value : undefined;
    const own = key === undefined || isInline(inner) ? (inner ?? key) : key;
    const offset = own?.range?.[0];
    if (offset === undefined) return;
    const keyPlace = key?.range ? placeOf(key.range[0]) : undefined;
    const valuePlace = placeOf(offset);
    // A value on a line of its own, below its key: the key is what people look for.
    const place = keyPlace !== undefined && keyPlace.line < valuePlace.line ? keyPlace : valuePlace;
    const next: Entry = { parent: entry, step, object: entry.object, place, below: new Map() };
    entry.below.set(step, next);
    owners.begin(next);
    if (inner === undefined) return;
    if (isCollection(inner)) walk(inner, next, placeOf, text, owners);
    else if (isScalar(inner)) walkText(inner, next, placeOf, text, owners);
    if (inner.range) owners.fill(placeOf(lastOf(inner.range, text)).line, next);
  };
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (isScalar(key)) enter(String(key.value), value, key);
    }
  } else if (isSeq(node)) {
    for (const [index, value] of node.items.entries()) enter(index, value, undefined);
  }
}

/** The last character of a value, without the line break behind it. */
function lastOf([start, end]: readonly [number, number, number], text: string): number {
  return Math.max(start, text[end - 1] === '\n' ? end - 2 : end - 1);
}

function isNode(value: unknown): value is Node {
  return isCollection(value) || isScalar(value);
}

/** True for a value that stands behind its key, on the same line. */
function isInline(node: Node | undefined): boolean {
  return (
    isScalar(node) &&
    node.type !== Scalar.BLOCK_LITERAL &&
    node.type !== Scalar.BLOCK_FOLDED &&
    node.source !== ''
  );
}

/** Goes on in a configuration that is kept as a text, if it is a group or a list. */
function walkText(node: Scalar, entry: Entry, placeOf: PlaceOf, text: string, owners: Owners): void {
  const { value, range, type } = node;
  if (type !== Scalar.BLOCK_LITERAL || typeof value !== 'string' || !range) return;
  if (typeof entry.step !== 'string' || !isConfigText(entry.step)) return;
  const { contents, errors } = parseDocument(value, FAST);
  if (errors.length > 0 || !isCollection(contents)) return;
  const [start] = range;
  const written = text.slice(text.indexOf('\n', start) + 1, range[1]).split('\n');
  const first = value.split('\n').findIndex((line) => line !== '');
  const indent = (written[first]?.length ?? 0) - (value.split('\n')[first]?.length ?? 0);
  const inner = placesIn(
    value,
    placeOf(start).line + 1,
    placeOf(start).column - placeOf(start).column + 1 + indent,
  );
  walk(contents, entry, inner, value, owners);
}
