import type { SecretSpec } from './secrets.ts';

/** Where a store has the value of a key. */
export interface RemotePlace {
  readonly key: string;
  /** Undefined where the whole of what stands there is the value. */
  readonly property?: string;
}

/**
 * Where a store has the values of a Secret, by key.
 *
 * @param template `remoteKey` of the stack file
 * @param stack the stack's name
 */
export function remotePlaces(
  template: string,
  stack: string,
  { namespace, name, keys }: SecretSpec,
): Readonly<Record<string, RemotePlace>> {
  const place = (key: string): RemotePlace => {
    const words: Readonly<Record<string, string>> = { stack, namespace, secret: name, key };
    const remote = template.replaceAll(/\{([a-z]+)\}/g, (written, word: string) => words[word] ?? written);
    return template.includes('{key}') ? { key: remote } : { key: remote, property: key };
  };
  return Object.fromEntries(keys.map(({ key }) => [key, place(key)]));
}
