import type * as z from 'zod';
import { nearest } from '../nearest.ts';
import { issuesOf, toPath } from './issues.ts';
import { keysAt } from './schema-walk.ts';
import { dotted, type Path, replaced, valueAt, type YamlSource } from './yaml-source.ts';

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
    for (const issue of issuesOf(data, schema)) {
      if (issue.code !== 'unrecognized_keys') continue;
      const group = toPath(issue.path);
      const known = keysAt(schema, group);
      for (const key of issue.keys) {
        const free = known.filter((name) => valueAt(data, [...group, name]) === undefined);
        const meant = nearest(key, free);
        if (meant === undefined) continue;
        misspelt.push({ path: [...group, meant], written: key, known });
        data = replaced(data, [...group, meant], valueAt(data, [...group, key]));
        data = replaced(data, [...group, key], undefined);
      }
    }
  }
  return { data, misspelt };
}

/** The same source for paths of the data as it was meant. */
export function sourceAsMeant(
  source: YamlSource,
  data: unknown,
  misspelt: readonly Misspelling[],
): YamlSource {
  const asWritten = (path: Path): Path =>
    path.map((step, index) => {
      const name = dotted(path.slice(0, index + 1));
      return misspelt.find((one) => dotted(one.path) === name)?.written ?? step;
    });
  return {
    data,
    at: (path) => source.at(asWritten(path)),
    keyAt: (path) => source.keyAt(asWritten(path)),
    isBlank: (path) => source.isBlank(asWritten(path)),
  };
}
