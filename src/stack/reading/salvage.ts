import * as z from 'zod';
import { valueAt } from '../../plain/data.ts';
import { nearest } from '../../plain/nearest.ts';
import { type Edit, edited } from './edits.ts';
import { faultyPaths, issuesOf } from './issues.ts';
import { schemaAt, unwrap } from './schema-walk.ts';

/** Each round takes out at least one level of what is wrong, and the schema has fewer levels than that. */
const ROUNDS = 30;

/**
 * What stands in the place of a wrong text of some kind while the rules over several fields run.
 * A kind that is not registered is taken out instead, together with the group that cannot be without it.
 */
export const standIns = z.registry<{ readonly text: string }>();

/**
 * Puts something that fits in the place of every wrong part, so that what depends on it is not taken for wrong too;
 * takes out what nothing stands in for.
 *
 * @returns undefined when the file as a whole is of the wrong kind.
 */
export function salvage<T>(data: unknown, schema: z.ZodType<T>): T | undefined {
  let rest = data;
  for (let round = 0; round < ROUNDS; round++) {
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
    const edits: Edit[] = [];
    for (const issue of issuesOf(rest, schema)) {
      for (const path of faultyPaths(issue)) {
        if (path.length === 0) return undefined;
        const wrong = valueAt(rest, path);
        // Nothing that stands in for a value makes its key a valid one.
        const isKey = issue.code === 'unrecognized_keys' || issue.code === 'invalid_key';
        const fitting = isKey ? undefined : standIn(schemaAt(schema, path), wrong);
        const nothingFits = wrong === undefined && fitting === undefined;
        edits.push({ path: nothingFits ? path.slice(0, -1) : path, value: fitting });
      }
    }
    rest = edited(rest, edits);
    if (rest === undefined) return undefined;
  }
  return undefined;
}

/** Something that fits a schema, as near to the wrong value as can be told; undefined when nothing is at hand. */
function standIn(schema: unknown, wrong: unknown): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return {};
  if (inner instanceof z.ZodLiteral) return [...inner.values][0];
  if (inner instanceof z.ZodEnum) {
    const text = typeof wrong === 'object' ? '' : String(wrong);
    return nearest(text, inner.options.map(String)) ?? inner.options[0];
  }
  return inner instanceof z.ZodType ? standIns.get(inner)?.text : undefined;
}
