/** Reading of untyped data without trust: a missing or mistyped field reads as empty. */

/** A mapping as it comes out of YAML or JSON. */
export type Data = Readonly<Record<string, unknown>>;

/** True for a mapping, as opposed to a list or a single value. */
export function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The mapping, or an empty one. */
export function data(value: unknown): Data {
  return isRecord(value) ? value : {};
}

/** The list, or an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text, or undefined where there is none. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The string members of a list. */
export function texts(value: unknown): readonly string[] {
  return list(value).filter((item) => typeof item === 'string');
}

/** The string values of a mapping, for example labels. */
export function textMap(value: unknown): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [key, item] of Object.entries(data(value))) {
    if (typeof item === 'string') result[key] = item;
  }
  return result;
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    const entry = Object.getOwnPropertyDescriptor(current, step);
    // The length of a list is its own, but nothing that is written.
    current = entry?.enumerable === true ? entry.value : undefined;
  }
  return current;
}

/** The same for steps that are written one by one. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return valueAt(value, path);
}
