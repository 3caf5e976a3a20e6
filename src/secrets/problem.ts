import type { Code } from '../stack/codes.ts';

/** Something about a secret that a person has to mend. Never holds a value. */
export class SecretsProblem extends Error {
  /**
   * @param what what is wrong, naming the Secret and key
   * @param remedy what to do about it
   * @param code where the reference explains it
   */
  constructor(
    readonly what: string,
    readonly remedy: string,
    readonly code?: Code,
  ) {
    super(`${what}; ${remedy}`);
  }
}
