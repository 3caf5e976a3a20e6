import { TOOL_VERSION } from './tool-version.ts';

/** A stack on which this program itself failed: not a mistake of whoever wrote the file. */
export interface Failure {
  readonly stack: string;
  readonly file: string;
  /** What happened, with the place in the program. */
  readonly problem: string;
}

/** What to say about an exception that came of one stack. */
export function failureOf(file: string, stack: string, error: unknown): Failure {
  const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { stack, file, problem };
}

/** For people: what failed, that it is not their mistake, and what to do. */
export function failureText({ file, problem }: Failure): string {
  return `${file} internal error: this release (${TOOL_VERSION}) fails on this file; please report it with the file and these lines\n${problem}`;
}

/** A {@link Failure} that stops a command which changes nothing before all its stacks are read. */
export class StackFailure extends Error {
  constructor({ file, problem }: Failure) {
    super(
      `this release (${TOOL_VERSION}) fails on ${file}; please report it with the file and these lines\n${problem}`,
    );
  }
}
