import { FileProblem } from '../files/problem.ts';
import { errorCode } from '../plain/errno.ts';
import type { Problem } from './problem.ts';

/** What a path leads to that is misspelt, by the system's code. */
const MISSPELT: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a folder in its path is a file',
  EISDIR: 'it is a folder where a file is expected',
  ENAMETOOLONG: 'its path is longer than the system allows',
};

/**
 * Why a path that a person wrote is no file to read: bad input, which only they can correct.
 *
 * @param shown how messages name the file
 * @param where where the person wrote the path, after "correct the path": `after --cert`
 * @returns undefined where it is not the path that is wrong
 */
export function misspeltPath(shown: string, where: string, error: unknown): Problem | undefined {
  const isPath = error instanceof FileProblem && (error.kind === 'missing' || error.kind === 'unfit');
  const why = isPath ? error.what : MISSPELT[errorCode(error)];
  return why === undefined
    ? undefined
    : { what: `cannot read ${shown}: ${why}`, remedy: `correct the path ${where}` };
}
