import type { SecretSpec } from './secrets.ts';

/** Where a store has the value of a key. */
export interface RemotePlace {
  readonly key: string;
  /** Undefined if the whole entry is the value. */
  readonly property?: string;
}

/**
 * Where a store has the values of a Secret, by key: one place in the store, however many namespaces need it. What
 * `{namespace}` stands for is the main one.
 *
 * @param template `remoteKey` of the stack file
 * @param stack the stack's name
 */
export function remotePlaces(
  template: string,
  stack: string,
  { name, places: [{ namespace }], keys }: SecretSpec,
): Readonly<Record<string, RemotePlace>> {
  const place = (key: string): RemotePlace => {
    const words: Readonly<Record<string, string>> = { stack, namespace, secret: name, key };
    const remote = template.replaceAll(/\{([a-z]+)\}/g, (written, word: string) => words[word] ?? written);
    return template.includes('{key}') ? { key: remote } : { key: remote, property: key };
  };
  // What is composed is not in the store.
  const stored = keys.filter(({ form }) => form.kind !== 'composed');
  return Object.fromEntries(stored.map(({ key }) => [key, place(key)]));
}
