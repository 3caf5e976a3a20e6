import type * as z from 'zod';
import { valueAt } from '../../plain/data.ts';
import { nearest } from '../../plain/nearest.ts';
import { type Edit, edited } from './edits.ts';
import { issuesOf, toPath } from './issues.ts';
import { keysAt } from './schema-walk.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** A misspelt key, and the key of the same group that it is read as. */
export interface Misspelling {
  /** The place of the key that was meant, in the data that is checked. */
  readonly path: Path;
  readonly written: string;
  readonly known: readonly string[];
}

/** Gives misspelt keys their names, from the outermost in: only then is it clear what belongs below them. */
export function correctSpelling(
  written: unknown,
  schema: z.ZodType,
): { readonly data: unknown; readonly misspelt: readonly Misspelling[] } {
  let data = written;
  const misspelt: Misspelling[] = [];
  for (let before = -1; before < misspelt.length; ) {
    before = misspelt.length;
    const edits: Edit[] = [];
    for (const issue of issuesOf(data, schema)) {
      if (issue.code !== 'unrecognized_keys') continue;
      const group = toPath(issue.path);
      const known = keysAt(schema, group);
      const free = new Set(known.filter((name) => valueAt(data, [...group, name]) === undefined));
      for (const key of issue.keys) {
        const meant = nearest(key, free);
        if (meant === undefined) continue;
        free.delete(meant);
        misspelt.push({ path: [...group, meant], written: key, known });
        edits.push({ path: [...group, meant], value: valueAt(data, [...group, key]) });
        edits.push({ path: [...group, key], value: undefined });
      }
    }
    data = edited(data, edits);
  }
  return { data, misspelt };
}

/** The same source for paths of the data as it was meant. */
export function sourceAsMeant(
  source: YamlSource,
  data: unknown,
  misspelt: readonly Misspelling[],
): YamlSource {
  const written = new Map(misspelt.map((one) => [keyFor(one.path), one.written]));
  const asWritten = (path: Path): Path =>
    written.size === 0
      ? path
      : path.map((step, index) => written.get(keyFor(path.slice(0, index + 1))) ?? step);
  return {
    data,
    at: (path) => source.at(asWritten(path)),
    keyAt: (path) => source.keyAt(asWritten(path)),
    isBlank: (path) => source.isBlank(asWritten(path)),
  };
}

function keyFor(path: Path): string {
  return JSON.stringify(path);
}
