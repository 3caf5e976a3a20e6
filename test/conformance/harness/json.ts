/** Plain data as YAML and JSON give it, read without trusting its shape. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether the value is a mapping. */
export function isMapping(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at the end of a path of keys and list positions; undefined where the path breaks off. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (Array.isArray(inner) && typeof step === 'number') return inner[step];
    return isMapping(inner) && typeof step === 'string' ? inner[step] : undefined;
  }, value);
}

/** The mapping at a path; empty when there is none. */
export function mapping(value: unknown, ...path: readonly (string | number)[]): Json {
  const found = at(value, ...path);
  return isMapping(found) ? found : {};
}

/** The mappings in the list at a path; empty when there is none. */
export function mappings(value: unknown, ...path: readonly (string | number)[]): Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isMapping) : [];
}

/** The text at a path, if it is one. */
export function text(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The number at a path, if it is one. */
export function number(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** The texts in the list at a path; empty when there is none. */
export function texts(value: unknown, ...path: readonly (string | number)[]): string[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string') : [];
}

/** The value, or an error that says what is missing. */
export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`missing: ${what}`);
  return value;
}
