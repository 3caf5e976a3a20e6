import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { constants as system } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Stopped } from '../../disk/problem.ts';
import { listenForStop } from '../../disk/stop.ts';
import { writeTree } from '../../disk/write.ts';
import { type Bounds, placeOf, safeFolder } from '../../files/bounds.ts';
import { errorCode } from '../../plain/errno.ts';
import { headerPath } from '../../render/header.ts';
import { problemWriting } from '../environment-problem.ts';
import { fromHere } from '../paths.ts';
import { line, lines, say } from '../terminal.ts';
import { VERSION_FILE } from '../tool-version.ts';
import { untouchedFiles } from '../untouched.ts';
import { UsageProblem } from '../usage-problem.ts';
import type { NewFile } from './check.ts';

/** What is to be done: all of it, or nothing. */
export interface Plan {
  readonly out: string;
  /** @default - nothing is written */
  readonly file: NewFile | undefined;
  /** Stack files to remove, with what was rendered of them. */
  readonly examples: readonly string[];
}

/** What is in the output folder: how many files of the examples, and the others, which stay. */
export async function renderedOf(
  out: string,
  examples: readonly string[],
): Promise<{ readonly count: number; readonly others: ReadonlySet<string> }> {
  const files = new Set(examples.map((path) => headerPath(fromHere(path))));
  let count = 0;
  const others = await untouchedFiles(out, ({ from }) => {
    if (!files.has(from)) return true;
    count += 1;
    return false;
  });
  return { count, others };
}

/**
 * Carries a plan out. The new file is written under another name first, which shows that the folder can be written;
 * then the output folder is changed, all of it or nothing; the rest is a matter of milliseconds, during which a stop
 * waits. What a kill leaves in between, the same command does again.
 *
 * @returns the removed files of the output folder
 * @throws EnvironmentProblem, UsageProblem
 */
export async function apply(bounds: Bounds, { out, file, examples }: Plan): Promise<readonly string[]> {
  const stop = listenForStop();
  let draft: string | undefined;
  try {
    if (file !== undefined) draft = await writeDraft(bounds, file);
    stop.check();
    const { removed, stopped } = await removeRendered(bounds, out, examples);
    if (file !== undefined && draft !== undefined) await putInPlace(draft, file);
    for (const path of examples) await removeFile(bounds, path);
    if (stopped !== undefined) throw stopped;
    stop.check(true);
    return removed;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const state = error.finished ? 'all was done first' : 'nothing was changed';
    if (draft !== undefined) await rm(draft, { force: true });
    say(process.stderr, lines([line`stopped by ${error.signal}: ${state}`]));
    // What shells say of a program that a signal has ended.
    return process.exit(128 + system.signals[error.signal]);
  } finally {
    stop.end();
    if (draft !== undefined) await rm(draft, { force: true });
  }
}

/** The text under a name that nobody reads as a stack, on the same file system. */
async function writeDraft(bounds: Bounds, { path, text }: NewFile): Promise<string> {
  try {
    const place = placeOf(bounds, path);
    await mkdir(dirname(place), { recursive: true });
    const draft = join(dirname(place), `.${basename(place)}.${randomBytes(6).toString('hex')}.tmp`);
    await writeFile(draft, text, { flag: 'wx' });
    return draft;
  } catch (error) {
    throw await problemWriting(path, error);
  }
}

async function removeRendered(
  bounds: Bounds,
  out: string,
  examples: readonly string[],
): Promise<{ readonly removed: readonly string[]; readonly stopped?: Stopped }> {
  const { count, others } = await renderedOf(out, examples);
  if (count === 0) return { removed: [] };
  const unwanted = others.size === 0 ? new Set([VERSION_FILE]) : new Set<string>();
  try {
    safeFolder(bounds, out);
    const notice = (text: string): void => say(process.stderr, lines([line`${text}`]));
    return { removed: (await writeTree(out, new Map(), { untouched: others, unwanted, notice })).removed };
  } catch (error) {
    if (error instanceof Stopped && error.finished) return { removed: [], stopped: error };
    throw error instanceof Stopped ? error : await problemWriting(out, error);
  }
}

/** Gives the file its name, and never the place of another one. */
async function putInPlace(draft: string, { path }: NewFile): Promise<void> {
  const place = join(dirname(draft), basename(path));
  try {
    await link(draft, place).catch(async (error: unknown) => {
      // Some file systems have no second names.
      if (errorCode(error) === 'EEXIST') throw error;
      await copyFile(draft, place, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw await problemWriting(path, error);
    throw new UsageProblem(
      `${fromHere(path)} already exists: somebody created it in the meantime`,
      'look at it, then choose a different name, or edit that file',
    );
  }
}

async function removeFile(bounds: Bounds, path: string): Promise<void> {
  try {
    await rm(placeOf(bounds, path, 'repository'), { force: true });
  } catch (error) {
    throw await problemWriting(path, error);
  }
}
