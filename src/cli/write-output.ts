import { constants } from 'node:os';
import { Stopped } from '../disk/problem.ts';
import { finishInterrupted, type WriteOptions, type Written, writeTree } from '../disk/write.ts';
import { type Bounds, safeFolder } from '../files/bounds.ts';
import { problemWriting } from './environment-problem.ts';
import { line, lines, say } from './terminal.ts';

/**
 * Writes an output folder for a command: tells what a person should know on stderr, so that reports stay readable for
 * programs, and ends the program when it was asked to stop.
 *
 * @throws EnvironmentProblem when it cannot be written, or points outside the repository
 */
export async function writeOutput(
  bounds: Bounds,
  folder: string,
  texts: ReadonlyMap<string, string>,
  options: Pick<WriteOptions, 'untouched' | 'unwanted' | 'expected'>,
): Promise<Written> {
  const written = await stoppable(folder, async () => {
    safeFolder(bounds, folder);
    return await writeTree(folder, texts, { ...options, notice: tell });
  });
  const sample = written.changed[0];
  if (sample === undefined) return written;
  // Loaded only now: most runs change nothing.
  const { ignoredByGit } = await import('../disk/git-ignore.ts');
  const ignored = ignoredByGit(bounds, folder, sample);
  if (ignored !== undefined) {
    tell(
      `warning: ${folder} is ignored by git: ${ignored}; what is not committed is not deployed, so remove that line`,
    );
  }
  return written;
}

/**
 * Finishes or undoes a write of the folder that was interrupted, before anything else is done.
 *
 * @throws EnvironmentProblem when it cannot be
 */
export async function finishInterruptedWrite(bounds: Bounds, folder: string): Promise<void> {
  await stoppable(folder, async () => {
    safeFolder(bounds, folder);
    await finishInterrupted(folder, { notice: tell });
  });
}

async function stoppable<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Stopped)) throw await problemWriting(folder, error);
    const { signal, finished } = error;
    tell(`stopped by ${signal}: ${finished ? `${folder} was written first` : `${folder} is as it was`}`);
    // What shells say of a program that a signal has ended.
    process.exit(128 + constants.signals[signal]);
  }
}

function tell(text: string): void {
  say(process.stderr, lines([line`${text}`]));
}
