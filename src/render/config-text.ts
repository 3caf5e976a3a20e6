import { YAMLException } from 'js-yaml';
import { countText, excess, LIMITS, type Measure, measureOf } from '../stack/limits.ts';
import { yamlDocuments } from '../stack/yaml-documents.ts';

/** A configuration text as data, or what is wrong with it, in words that follow its name. */
export type ConfigText = { readonly data: unknown } | { readonly problem: string };

/** True for a key of a ConfigMap whose text is YAML or JSON. */
export function isConfigText(key: string): boolean {
  return key.endsWith('.json') || key.endsWith('.yaml') || key.endsWith('.yml');
}

/** Reads one document of YAML or JSON within the limits of all files; nothing of the text is in the answer. */
export function readConfigText(text: string): ConfigText {
  let documents: readonly unknown[];
  try {
    documents = yamlDocuments(text);
  } catch (error) {
    if (error instanceof YAMLException) {
      const line = error.mark === undefined ? '' : ` (line ${error.mark.line + 1})`;
      return { problem: `is not valid YAML or JSON${line}` };
    }
    // The reader recurses: what is nested deeper than its stack is far beyond the limit.
    if (error instanceof RangeError) return { problem: `is nested more than ${LIMITS.depth} levels deep` };
    throw error;
  }
  const [data = null] = documents;
  if (data === null) return { problem: 'is empty' };
  if (documents.length > 1)
    return { problem: `holds ${countText(documents.length)} documents; write only one` };
  const tooMuch = excess(measure(data, new Map(), 0));
  return tooMuch === undefined ? { data } : { problem: `${tooMuch}, counting what aliases repeat` };
}

/** What data holds; parts that aliases share are measured once and counted each time. */
function measure(value: unknown, known: Map<object, Measure>, depth: number): Measure {
  if (typeof value === 'string') return { nodes: 1, characters: value.length, depth: 0 };
  if (typeof value !== 'object' || value === null) return { nodes: 1, characters: 0, depth: 0 };
  const before = known.get(value);
  if (before !== undefined) return before;
  if (depth > LIMITS.depth) return { nodes: 1, characters: 0, depth: 1 };
  // An alias may lead to what it is in: that is deeper than anything.
  known.set(value, { nodes: 1, characters: 0, depth: LIMITS.depth });
  const found = measureOf(Object.values(value).map((inner) => measure(inner, known, depth + 1)));
  known.set(value, found);
  return found;
}
