import type { Path } from './reading/yaml-source.ts';

/** A variable of a shell, of Compose or of Flux: `${NAME}`, with a default or without. */
const PLACEHOLDER = /\$\{([A-Za-z_]\w{0,60})(?:\}|[:?=+-])/;

/** A placeholder in data, and where. */
export interface Placeholder {
  readonly path: Path;
  /** `${NAME}`, without its default, which may be a secret. */
  readonly name: string;
}

/** The first placeholder in a text: `${NAME}`; undefined where there is none. */
export function placeholderIn(text: string): string | undefined {
  const name = PLACEHOLDER.exec(text)?.[1];
  return name === undefined ? undefined : `\${${name}}`;
}

/** Every text in data that holds a placeholder. What aliases repeat is looked at once. */
export function placeholders(data: unknown): readonly Placeholder[] {
  const found: Placeholder[] = [];
  const seen = new Set<unknown>();
  const waiting: { readonly value: unknown; readonly path: Path }[] = [{ value: data, path: [] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value === 'string') {
      const name = placeholderIn(value);
      if (name !== undefined) found.push({ path, name });
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const [key, inner] of Object.entries(value)) {
      waiting.push({ value: inner, path: [...path, Array.isArray(value) ? Number(key) : key] });
    }
  }
  return found;
}

/** What to do about a placeholder. */
export const FILL_IN =
  'write the value itself; a secret comes from a Secret of secrets.own: as a file that an option names (extraFiles), or as {fromSecret: NAME, key: KEY} in extraSecretConfig';
