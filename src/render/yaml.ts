import { dump } from 'js-yaml';
import { visible } from '../plain/visible.ts';
import type { Manifest } from '../stack/manifest.ts';

/** Keys that come first, in this order, wherever they stand; the rest follows by name. */
const FIRST = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'namespace',
  'type',
  'image',
  'key',
  'secretKey',
  'spec',
];

const IS_FIRST = new Set(FIRST);

/** A copy with its keys in the order people expect; lists keep theirs. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const inner: Readonly<Record<string, unknown>> = { ...value };
  // Entries, not assignments: a key called __proto__ is a key like any other.
  const entries: [string, unknown][] = [];
  const take = (key: string): void => {
    entries.push([key, ordered(inner[key])]);
  };
  for (const key of FIRST) if (Object.hasOwn(inner, key)) take(key);
  // Without a function, `sort` compares by code unit.
  for (const key of Object.keys(inner).sort()) if (!IS_FIRST.has(key)) take(key);
  return Object.fromEntries(entries);
}

/**
 * The text of a file of manifests: a comment, then the objects, `---` between them.
 * Readers of YAML 1.1 and 1.2 read back the same: what either takes for something else is quoted.
 *
 * @param comment first line, without the `# `
 */
export function manifestsText(comment: string, manifests: readonly (Manifest | object)[]): string {
  return `# ${visible(comment)}\n${manifests.map(objectText).join('---\n')}`;
}

/** The text of one object, in the same way. */
export function objectText(object: Manifest | object): string {
  return dump(ordered(object), { lineWidth: -1, noRefs: true });
}
