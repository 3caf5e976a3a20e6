import { dump } from 'js-yaml';
import { compareText } from '../model/diagnostic.ts';
import type { Manifest } from '../model/manifest.ts';

/** Keys that come first, in this order, wherever they stand; the rest follows by name. */
const FIRST = ['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'type', 'image', 'key', 'spec'];

function rank(key: string): number {
  const index = FIRST.indexOf(key);
  return index === -1 ? FIRST.length : index;
}

/** A copy with its keys in the order people expect; lists keep theirs. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || compareText(a, b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}

/**
 * The text of a file of manifests: a comment, then the objects, `---` between them.
 * Readers of YAML 1.1 and 1.2 read back the same: what either takes for something else is quoted.
 *
 * @param comment first line, without the `# `
 */
export function manifestsText(comment: string, manifests: readonly (Manifest | object)[]): string {
  const documents = manifests.map((manifest) => dump(ordered(manifest), { lineWidth: -1, noRefs: true }));
  return `# ${comment}\n${documents.join('---\n')}`;
}
