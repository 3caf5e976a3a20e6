import type * as z from 'zod';
import type { Path } from './yaml-source.ts';

/** One thing the schema objects to, unions resolved to the branch that was meant. */
export type Issue = z.core.$ZodIssue;

/** Everything a schema objects to in a value. */
export function issuesOf(data: unknown, schema: z.ZodType): readonly Issue[] {
  const result = schema.safeParse(data, { reportInput: true, error: boundRemedy });
  return result.success ? [] : withoutConsequences(result.error.issues.flatMap((issue) => flatten(issue)));
}

/** Of a value of the wrong type only that: text where a list is expected has a length too, which means nothing. */
function withoutConsequences(issues: readonly Issue[]): readonly Issue[] {
  const place = ({ path }: Issue): string => JSON.stringify(toPath(path));
  const wrong = new Set(issues.filter(({ code }) => code === 'invalid_type').map(place));
  return wrong.size === 0
    ? issues
    : issues.filter((issue) => issue.code === 'invalid_type' || !wrong.has(place(issue)));
}

/** What to write where a schema gives a bound without words of its own. */
function boundRemedy(issue: z.core.$ZodRawIssue): string | undefined {
  const units: Readonly<Record<string, string>> = { string: ' character', array: ' item' };
  const amount = (bound: number | bigint): string => {
    const unit = units['origin' in issue ? String(issue.origin) : ''];
    return unit === undefined ? String(bound) : `${bound}${unit}${Number(bound) === 1 ? '' : 's'}`;
  };
  if (issue.code === 'too_small') return `write at least ${amount(issue.minimum)}`;
  if (issue.code === 'too_big') return `write at most ${amount(issue.maximum)}`;
  return undefined;
}

/** Turns the issue of a union into those of the branch the person most likely meant. */
function flatten(issue: Issue, parent: Path = []): readonly Issue[] {
  const path = [...parent, ...toPath(issue.path)];
  if (issue.code !== 'invalid_union') return [{ ...issue, path: [...path] }];
  const meant = issue.errors.find((branch) => branch.every((inner) => !isWrongKind(inner)));
  if (meant === undefined) return [{ ...issue, path: [...path] }];
  return meant.flatMap((inner) => flatten(inner, path));
}

function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

/** A path as YAML has it: text and indexes. */
export function toPath(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((step) => (typeof step === 'number' ? step : String(step)));
}

/** The places an issue is about. */
export function faultyPaths(issue: Issue): readonly Path[] {
  const path = toPath(issue.path);
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}
