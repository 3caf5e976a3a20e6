import type { Schema } from '../../../imports/crd.ts';
import { at } from '../../plain/data.ts';
import { itemPath } from '../reading/data.ts';
import type { Problem } from './problem.ts';

/**
 * Members that server-side apply refuses because another member of a `map` or `set` list has the same key. A
 * missing `protocol` counts as TCP, its default in every list that uses it as a key.
 */
export function repeatedItems(value: readonly unknown[], schema: Schema, path: string): readonly Problem[] {
  const keys = schema['x-kubernetes-list-type'] === 'map' ? schema['x-kubernetes-list-map-keys'] : undefined;
  if (keys === undefined && schema['x-kubernetes-list-type'] !== 'set' && schema.uniqueItems !== true)
    return [];
  const seen = new Set<string>();
  const problems: Problem[] = [];
  value.forEach((item, index) => {
    const identity =
      keys === undefined ? item : keys.map((key) => at(item, key) ?? (key === 'protocol' ? 'TCP' : null));
    const id = JSON.stringify(identity);
    if (seen.has(id)) {
      const what = `repeats an earlier member of the list${keys === undefined ? '' : ` (same ${keys.join(' and ')})`}`;
      problems.push({ path: itemPath(path, item, index), what, remedy: 'remove or rename one of them' });
    }
    seen.add(id);
  });
  return problems;
}
