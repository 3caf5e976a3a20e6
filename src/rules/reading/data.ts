import { at, type Data, data, isRecord, list, text } from '../../plain/data.ts';
import type { Path } from '../../stack/reading/path.ts';

/** A member of a list, with the path that names it. */
export interface Item {
  readonly path: string;
  readonly data: Data;
}

/**
 * A value of any kind in words. Never `String(value)` for what comes out of a file: a group that holds a key `toString`
 * would stop the program.
 */
export function inWords(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a group of keys';
  return value === undefined ? 'missing' : String(value);
}

/** `spec` + `replicas` -> `spec.replicas`; keys that are no plain words are quoted: `data["a.yaml"]`. */
export function fieldPath(parent: string, key: string): string {
  if (!isWord(key)) return `${parent}["${key}"]`;
  return parent === '' ? key : `${parent}.${key}`;
}

/** Answers of `isWord`: rules ask for every field of every object, and Kubernetes has few field names. */
const words = new Map<string, boolean>();

function isWord(key: string): boolean {
  let answer = words.get(key);
  if (answer === undefined) {
    answer = /^[A-Za-z_][\w-]*$/.test(key);
    // Keys of labels and of ConfigMaps are without end.
    if (words.size < 1000) words.set(key, answer);
  }
  return answer;
}

/** `containers` + a member -> `containers[synapse]`, or `containers[0]` where it has no name. */
export function itemPath(parent: string, item: unknown, index: number): string {
  return `${parent}[${text(at(item, 'name')) ?? index}]`;
}

/** A place in an object in the same way: `spec.containers[synapse].image`. */
export function fieldText(object: unknown, path: Path): string {
  let field = '';
  let current = object;
  for (const step of path) {
    const value =
      typeof current === 'object' && current !== null
        ? Object.getOwnPropertyDescriptor(current, step)?.value
        : undefined;
    field = typeof step === 'number' ? itemPath(field, value, step) : fieldPath(field, step);
    current = value;
  }
  return field;
}

/** The members of a list of mappings, each with its path. */
export function items(value: unknown, path: string): readonly Item[] {
  return list(value).map((item, index) => ({ path: itemPath(path, item, index), data: data(item) }));
}

/** Calls `visit` for every value in a tree, parents first, keys in their order. */
export function walk(value: unknown, path: string, visit: (value: unknown, path: string) => void): void {
  visit(value, path);
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      walk(item, itemPath(path, item, index), visit);
    });
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) walk(item, fieldPath(path, key), visit);
  }
}

/** A step of a field as rules write it: `.spec`, `["a.yaml"]`, `[synapse]`, `[0]`. */
const STEP = /\.?([A-Za-z_][\w-]*)|\["([^"]*)"\]|\[([^\]]*)\]/gy;

/**
 * The keys and indexes of a field, as far as the object has it: the reverse of {@link fieldPath} and {@link itemPath}.
 *
 * @example
 * pathOf({ spec: { containers: [{ name: 'web' }] } }, 'spec.containers[web]'); // ['spec', 'containers', 0]
 */
export function pathOf(object: unknown, field: string): Path {
  const path: (string | number)[] = [];
  let current = object;
  for (const [, word, quoted, item] of field.matchAll(STEP)) {
    if (typeof current !== 'object' || current === null) break;
    const step: string | number = Array.isArray(current)
      ? indexOf(current, item ?? '')
      : (word ?? quoted ?? item ?? '');
    path.push(step);
    current = Object.getOwnPropertyDescriptor(current, step)?.value;
  }
  return path;
}

/** The first item with each name, by list: thousands of findings can be about one list. */
const knownNames = new WeakMap<readonly unknown[], ReadonlyMap<unknown, number>>();

function indexOf(list: readonly unknown[], name: string): number {
  let names = knownNames.get(list);
  if (names === undefined) {
    // The first of each name is set last.
    names = new Map(
      list
        .map((one, index): readonly [unknown, number] => [isRecord(one) ? one.name : undefined, index])
        .reverse(),
    );
    knownNames.set(list, names);
  }
  return names.get(name) ?? Number(name);
}
