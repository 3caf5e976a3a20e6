/**
 * The same list, in which each name stands once: of two objects with one name the second would overwrite the first in
 * the cluster, without a word.
 *
 * @throws Error where a name stands twice, which is a mistake of the component that brings the second
 */
export function onlyOnce<T>(what: string, list: readonly T[], nameOf: (one: T) => string): readonly T[] {
  const names = new Set<string>();
  for (const name of list.map(nameOf)) {
    if (names.has(name)) throw new Error(`two components bring the ${what} "${name}"`);
    names.add(name);
  }
  return list;
}
