/** The keys of a record that has no others than its type says, in their order. */
export function keysOf<T extends object>(record: T): readonly (keyof T & string)[] {
  return Object.keys(record).filter((key): key is keyof T & string => Object.hasOwn(record, key));
}

/**
 * A record of these keys, each value made from its key.
 *
 * @example
 * recordOf<Record<'a' | 'b', string>>(['a', 'b'], (key) => key.toUpperCase()); // {a: 'A', b: 'B'}
 *
 * @param keys every key of the record
 */
export function recordOf<T extends object>(
  keys: readonly (keyof T)[],
  make: <K extends keyof T>(key: K) => T[K],
): T {
  const made: Partial<T> = {};
  for (const key of keys) made[key] = make(key);
  if (!hasAll(made, keys)) throw new Error('a key is missing from the record that was just made');
  return made;
}

function hasAll<T extends object>(made: Partial<T>, keys: readonly (keyof T)[]): made is T {
  return keys.every((key) => Object.hasOwn(made, key));
}
