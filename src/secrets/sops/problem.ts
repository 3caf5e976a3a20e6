import { SecretsProblem } from '../problem.ts';

/**
 * Why a SOPS file is refused:
 * - `plain`: a Secret whose values, all or one, stand in the file unencrypted
 * - `no-secret`: no YAML, or no Secret
 * - `unsupported`: written by sops in a way that this program does not follow
 * - `no-identity`: none of the keys opens it
 * - `changed`: somebody changed it without its key
 */
export type SopsReason = 'plain' | 'no-secret' | 'unsupported' | 'no-identity' | 'changed';

/** A place in a file. Both count from 1. */
export interface SopsPlace {
  readonly line: number;
  readonly column: number;
}

/** A SOPS file that is not taken. Nothing in here is a value or a key. */
export class SopsProblem extends SecretsProblem {
  /**
   * @param what what is wrong
   * @param remedy what to do about it
   * @param place where, when that can be said
   */
  constructor(
    readonly reason: SopsReason,
    what: string,
    remedy: string,
    readonly place?: SopsPlace,
  ) {
    super(what, remedy);
  }
}

/** What to do about a file that was changed without its key. */
export const TAKE_BACK =
  'take the last good version from git; to change a file, use this program, `sops edit` or `sops set`';
