import { lstat, mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FileProblem } from '../files/problem.ts';
import { readRegular } from '../files/read.ts';
import { errorCode } from '../plain/errno.ts';
import { apply, type Undo } from './apply.ts';
import { type Disk, realDisk } from './disk.ts';
import { hasHidden, hiddenPlaces } from './hidden.ts';
import { commitJournal } from './journal.ts';
import { type LockOptions, withLock } from './lock.ts';
import { currentOwner, type Owner } from './owner.ts';
import { naming, OutputProblem, WriteFailure } from './problem.ts';
import { recover } from './recover.ts';
import { discardStaging, stage } from './stage.ts';
import { listenForStop } from './stop.ts';
import { type Comparison, inspect } from './tree.ts';

/** What a write did, by path below the output folder. */
export interface Written extends Pick<Comparison, 'own' | 'foreign'> {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/** How to write, in addition to what to write. */
export interface WriteOptions {
  /** Rendered files without a text that stay as they are: those of stacks that are not written now. @default none */
  readonly untouched?: ReadonlySet<string>;
  /** Files to remove that do not say in their first line that they were rendered. @default none */
  readonly unwanted?: ReadonlySet<string>;
  /**
   * What files held when the texts were made from them; undefined where none was. Nothing is written when one of them
   * holds something else by now. @default nothing is expected
   */
  readonly expected?: ReadonlyMap<string, string | undefined>;
  /** Called with what a person may want to know meanwhile. @default not called */
  readonly notice?: (text: string) => void;
  /** How long to wait for another process that writes the same folder, milliseconds. @default 5000 */
  readonly patience?: number;
  /** Carries out the changes; for tests of what happens when it fails. @default the real one */
  readonly disk?: Disk;
  /** The process that writes; for tests of what happens when it dies. @default this one */
  readonly self?: Owner;
}

/**
 * Brings a folder to the given texts: writes what differs, leaves what is equal untouched, and removes files that an
 * earlier run wrote and this one did not, told by their first lines, with the folders this leaves empty.
 *
 * Nobody ever reads half a file there. After an error, or when somebody asks to stop in time, the folder is as it was;
 * after a kill the next call finishes or undoes the write first. When nothing is to be done, it only reads.
 *
 * @param folder the output folder, usually `dist`; made when missing
 * @param texts text by path below it, with forward slashes
 * @throws OutputProblem, WriteFailure, Stopped
 */
export async function writeTree(
  folder: string,
  texts: ReadonlyMap<string, string>,
  options: WriteOptions = {},
): Promise<Written> {
  if (!(await hasHidden(folder))) {
    await checkFolder(folder);
    const { differs, missing, stale, unchanged, own } = (
      await inspect(folder, texts, options.untouched ?? new Set(), options.unwanted)
    ).comparison;
    if (differs.length + missing.length + stale.length === 0) {
      return { changed: [], removed: [], unchanged, ...(own === undefined ? {} : { own }) };
    }
  }
  // An absolute path: Node never ends making a relative one when the current folder has been removed.
  const outermost = await naming(folder, async () => await mkdir(resolve(folder), { recursive: true }));
  try {
    return await alone(folder, options, async (lock) => {
      await recover(folder, lock.disk, lock.notice);
      return await replace(folder, texts, options, lock);
    });
  } catch (error) {
    if (outermost !== undefined) await removeMade(folder, outermost);
    throw error;
  }
}

/**
 * Finishes or undoes an interrupted write of a folder, and does nothing else.
 *
 * @throws OutputProblem, WriteFailure, Stopped
 */
export async function finishInterrupted(folder: string, options: WriteOptions = {}): Promise<void> {
  if (!(await hasHidden(folder))) return;
  await alone(folder, options, (lock) => recover(folder, lock.disk, lock.notice));
}

/** Does the work as the only process, and lets it end before following a wish to stop. */
async function alone<T>(
  folder: string,
  { notice = () => undefined, patience = 5000, disk = realDisk, self = currentOwner() }: WriteOptions,
  work: (lock: LockOptions) => Promise<T>,
): Promise<T> {
  const stop = listenForStop();
  const lock = { disk, self, patience, notice, check: () => stop.check() };
  try {
    const result = await withLock(folder, lock, () => work(lock));
    stop.check(true);
    return result;
  } finally {
    stop.end();
  }
}

async function replace(
  folder: string,
  texts: ReadonlyMap<string, string>,
  { untouched = new Set(), unwanted, expected = new Map() }: WriteOptions,
  { disk, check }: LockOptions,
): Promise<Written> {
  await refuseChanged(folder, expected);
  // Compared again: another process may have written until now.
  const inspected = await inspect(folder, texts, untouched, unwanted);
  const { differs, missing, stale, unchanged, own, foreign } = inspected.comparison;
  const undo: Undo[] = [];
  try {
    const operations = await stage(folder, texts, inspected, disk, check);
    check();
    await commitJournal(folder, operations, disk);
    await apply(folder, operations, inspected.tree, disk, undo);
    await disk.remove(hiddenPlaces(folder).journal);
  } catch (error) {
    await takeBack(folder, undo, disk, error);
    throw error;
  }
  // All is written; what cannot be cleared away now is by the next run.
  await discardStaging(folder, [], disk).catch(() => undefined);
  const changed = new Set([...differs, ...missing]);
  return {
    changed: [...texts.keys()].filter((path) => changed.has(path)),
    removed: stale,
    unchanged,
    ...(own === undefined ? {} : { own }),
    ...(foreign === undefined ? {} : { foreign }),
  };
}

/** What was made from a file that somebody has changed since would take that change back. */
async function refuseChanged(
  folder: string,
  expected: ReadonlyMap<string, string | undefined>,
): Promise<void> {
  for (const [path, text] of expected) {
    if (textThere(folder, path) === text) continue;
    throw new OutputProblem(
      `cannot write ${folder}/${path}: somebody else has changed it meanwhile; nothing was changed, run it again`,
    );
  }
}

function textThere(folder: string, path: string): string | undefined {
  try {
    return readRegular(join(folder, path)).toString('utf8');
  } catch (error) {
    if (error instanceof FileProblem && error.kind === 'missing') return undefined;
    throw new WriteFailure(`${folder}/${path}`, error);
  }
}

/** Goes back to how it was, as far as there is a way; otherwise the journal stays, and the next run goes on. */
async function takeBack(folder: string, undo: readonly Undo[], disk: Disk, error: unknown): Promise<void> {
  const { journal } = hiddenPlaces(folder);
  try {
    for (const step of undo.toReversed()) await step();
    await disk.removeAll(journal);
  } catch {
    const path = error instanceof WriteFailure ? error.path : folder;
    throw new WriteFailure(path, error instanceof WriteFailure ? error.cause : error, true);
  }
  await discardStaging(folder, [], disk).catch(() => undefined);
}

async function checkFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw new WriteFailure(folder, error);
    const link = await lstat(folder).catch(() => undefined);
    if (link === undefined) return;
    throw new OutputProblem(
      `cannot write ${folder}: it is a symbolic link to a folder that does not exist; make that folder, or remove the link`,
    );
  }
  throw new OutputProblem(`cannot write ${folder}: it is a file where a folder is expected; move it away`);
}

/** Removes the folders that were made for a write that did not happen. */
async function removeMade(folder: string, outermost: string): Promise<void> {
  try {
    for (let current = resolve(folder); ; current = dirname(current)) {
      await rmdir(current);
      if (current === outermost) return;
    }
  } catch {
    // Somebody has put something there meanwhile.
  }
}
