import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OutputProblem, WriteFailure } from '../disk/problem.ts';
import { FileProblem } from '../files/problem.ts';
import { errorCode } from '../plain/errno.ts';
import { type Problem, problemIn } from './problem.ts';

/** Something outside the stack files that stops the work: a missing folder, no permission, a full disk. */
export class EnvironmentProblem extends Error implements Problem {
  readonly what: string;
  readonly remedy: string;

  /** @param message what is wrong, a semicolon, and what to do */
  constructor(message: string) {
    super(message);
    const { what, remedy } = problemIn(message);
    this.what = what;
    this.remedy = remedy;
  }
}

/** What the operating system's codes mean, and what to do about them. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission; change its owner or mode',
  EPERM: 'no permission; change its owner or mode',
  EROFS: 'the file system is read-only; write somewhere else with --out, or mount it writable',
  ENOSPC: 'the disk is full; make room and run it again',
  EDQUOT: 'the disk quota is used up; make room and run it again',
  ENOTDIR: 'it is a file where a folder is expected; move it away',
  EEXIST: 'it is a file where a folder is expected; move it away',
  EISDIR: 'it is a folder where a file is expected; move it away',
  ENAMETOOLONG:
    'its path is longer than the system allows; use a shorter name, or write somewhere else with --out',
  EXDEV: 'it is on a different file system than the rest; choose another folder with --out',
  ELOOP: 'its symbolic links lead in a circle; remove them',
  EIO: 'the disk reports an error; look at the system log',
};

function reason(error: unknown): string {
  if (error instanceof FileProblem) return `${error.what}; ${error.remedy}`;
  return REASONS[errorCode(error)] ?? (error instanceof Error ? error.message : String(error));
}

/** For a file or folder that could not be read. */
export function problemReading(what: string, error: unknown): EnvironmentProblem {
  const isMissing =
    errorCode(error) === 'ENOENT' || (error instanceof FileProblem && error.kind === 'missing');
  const missing = 'it does not exist; run the command in the top folder of your repository';
  return new EnvironmentProblem(`cannot read ${what}: ${isMissing ? missing : reason(error)}`);
}

/** For an output folder that could not be written; the writer has left it as it was, or says that it has not. */
export async function problemWriting(folder: string, error: unknown): Promise<EnvironmentProblem> {
  if (error instanceof OutputProblem) return new EnvironmentProblem(error.message);
  const { path, cause, pending } =
    error instanceof WriteFailure ? error : { path: folder, cause: error, pending: false };
  // Making folders on a read-only file system is reported as if they were missing.
  const found = errorCode(cause) === 'ENOENT' ? ((await whyNotWritable(folder)) ?? cause) : cause;
  const state = pending
    ? 'the write is half done, and the next run finishes or undoes it first'
    : `nothing was changed in ${folder}`;
  return new EnvironmentProblem(`cannot write ${path}: ${reason(found)}; ${state}`);
}

/** The error that the nearest existing parent of a folder gives to somebody who wants to write there. */
async function whyNotWritable(folder: string): Promise<unknown> {
  let current = resolve(folder);
  for (;;) {
    try {
      await access(current, constants.W_OK);
      return undefined;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || current === dirname(current)) return error;
      current = dirname(current);
    }
  }
}
