import { loadAll } from 'js-yaml';

/** How many texts are remembered: more than one stack's configurations. */
const REMEMBERED = 16;

const known = new Map<string, readonly unknown[]>();

/**
 * The documents of a text of YAML or JSON. Checksums and rules read the same configurations one after the other, and
 * reading takes longer than everything else they do with them, so the last few are remembered. Nobody may change what
 * is returned.
 *
 * @throws YAMLException, and RangeError for what is nested deeper than the reader's stack
 */
export function yamlDocuments(text: string): readonly unknown[] {
  const before = known.get(text);
  if (before !== undefined) return before;
  const documents: readonly unknown[] = loadAll(text);
  const [oldest] = known.keys();
  if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest);
  known.set(text, documents);
  return documents;
}
