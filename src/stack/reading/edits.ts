import type { Path } from './yaml-source.ts';

/** Another value for a part of plain data. */
export interface Edit {
  readonly path: Path;
  /** `undefined` takes out what is there. */
  readonly value: unknown;
}

/** Edits by their first step. */
interface Branch {
  edit?: Edit;
  readonly below: Map<string, Branch>;
}

/**
 * A copy of plain data with all edits made at once: each list and group is copied at most once, however many there
 * are. Paths are those of the data before. An edit of a whole part wins over those below it, a later one over an
 * earlier one.
 */
export function edited(data: unknown, edits: readonly Edit[]): unknown {
  const root: Branch = { below: new Map() };
  for (const edit of edits) {
    let branch = root;
    for (const step of edit.path) {
      const next = branch.below.get(String(step)) ?? { below: new Map() };
      branch.below.set(String(step), next);
      branch = next;
    }
    branch.edit = edit;
  }
  return apply(data, root);
}

function apply(data: unknown, { edit, below }: Branch): unknown {
  if (edit !== undefined) return edit.value;
  if (below.size === 0 || typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) {
    const items: readonly unknown[] = data;
    return items
      .map((item, index) => {
        const branch = below.get(String(index));
        return branch === undefined ? item : apply(item, branch);
      })
      .filter((item) => item !== undefined);
  }
  const entries = new Map<string, unknown>(Object.entries(data));
  for (const [key, branch] of below) {
    const value = apply(entries.get(key), branch);
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  return Object.fromEntries(entries);
}
