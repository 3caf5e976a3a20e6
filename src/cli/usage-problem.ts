import type { Problem } from './problem.ts';

/** Something wrong with how the program was called. */
export class UsageProblem extends Error implements Problem {
  constructor(
    readonly what: string,
    readonly remedy: string,
  ) {
    super(`${what}; ${remedy}`);
  }
}
