/** Something about the output folder that stops the work. The message is complete: where, what, what to do. */
export class OutputProblem extends Error {}

/** The operating system refused a change; `cause` is its error. */
export class WriteFailure extends Error {
  /**
   * @param path what could not be written, removed or read, as the user would name it
   * @param pending true when the write is half done and waits to be finished, false when nothing was changed
   */
  constructor(
    readonly path: string,
    cause: unknown,
    readonly pending = false,
  ) {
    super(`cannot write ${path}`, { cause });
  }
}

/** A signal asked the program to stop. Either nothing was changed, or the write was finished first. */
export class Stopped extends Error {
  constructor(
    readonly signal: 'SIGINT' | 'SIGTERM',
    readonly finished: boolean,
  ) {
    super(`stopped by ${signal}`);
  }
}

/** Runs a step, and names the path in what goes wrong. */
export async function naming<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof WriteFailure || error instanceof OutputProblem || error instanceof Stopped)
      throw error;
    throw new WriteFailure(path, error);
  }
}
