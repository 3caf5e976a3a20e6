import type { Code } from '../stack/codes.ts';

/** Why a run, or the work on one stack, was given up: the one shape in which programs get it with `--output json`. */
export interface Problem {
  /** What is wrong, and where. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Only where docs/reference/errors.md explains it. */
  readonly code?: Code | undefined;
}

/** A message that says first what is wrong and then, after a semicolon, what to do, as its two parts. */
export function problemIn(message: string): Pick<Problem, 'what' | 'remedy'> {
  const [what = '', ...remedy] = message.split('; ');
  return { what, remedy: remedy.join('; ') };
}
