import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileProblem } from '../files/problem.ts';
import { readRegular } from '../files/read.ts';
import { errorCode } from '../plain/errno.ts';
import type { Disk } from './disk.ts';
import { hiddenPlaces } from './hidden.ts';
import { describeOwner, isDead, type Owner, parseOwner } from './owner.ts';
import { naming, OutputProblem, WriteFailure } from './problem.ts';

/** How often to look whether a lock is free again, milliseconds. */
const PAUSE = 50;
/** Bytes; an honest one has 300. */
const LARGEST_OWNER = 4096;
/** Owners that have died one after the other before their lock was removed. */
const MOST_OWNERS = 64;

/** What taking a lock needs to know. */
export interface LockOptions {
  readonly disk: Disk;
  readonly self: Owner;
  /** How long to wait for another process, milliseconds. */
  readonly patience: number;
  readonly notice: (text: string) => void;
  /** Called while waiting; throws to give up. */
  readonly check: () => void;
}

/**
 * Does the work while no other process writes the same folder.
 *
 * The lock is a folder with its owner's name in it, made under another name and then renamed: on every file system
 * only one process can do that, and nobody sees it without an owner. A dead owner's lock is never removed by others,
 * which could hit a living one's that has come in between; the next owner's lock is put into it under the name `next`,
 * and so on. Whoever is the last of such a chain of dead ones has it, and removes it whole.
 *
 * @throws OutputProblem when another process keeps it for longer than the patience lasts
 */
export async function withLock<T>(folder: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const { disk, self } = options;
  const { hidden, lock } = hiddenPlaces(folder);
  await takeLock(folder, options);
  try {
    return await work();
  } finally {
    try {
      const released = join(hidden, `released-${self.token}`);
      await disk.rename(lock, released);
      await disk.removeAll(released);
      await disk.removeFolder(hidden);
    } catch {
      // Not empty: the next process is there already, or the journal. Anything else is cleared away by the next run.
    }
  }
}

/** Who has taken the lock, one after another's death. Who is not dead has it. Empty when it is free. */
export async function lockOwners(folder: string): Promise<readonly Owner[]> {
  const { lock } = hiddenPlaces(folder);
  const owners: Owner[] = [];
  for (let place = lock; owners.length < MOST_OWNERS; place = join(place, 'next')) {
    const owner = await ownerOf(place);
    if (owner === 'nobody') return owners;
    if (owner === 'damaged') break;
    owners.push(owner);
  }
  throw new OutputProblem(
    `cannot write ${folder}: ${lock} is damaged; if no other synth runs, remove that folder and run it again; nothing was changed there`,
  );
}

/** The owner of one lock of the chain. It may be released while it is read. */
async function ownerOf(place: string): Promise<Owner | 'nobody' | 'damaged'> {
  try {
    // A link would lead to another folder's lock, and this process would put its own into that.
    if (!(await lstat(place)).isDirectory()) return 'damaged';
    const text = readRegular(ownerFile(place), { limit: LARGEST_OWNER }).toString('utf8');
    return parseOwner(text) ?? 'damaged';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'nobody';
    if (!(error instanceof FileProblem)) throw new WriteFailure(place, error);
    if (error.kind === 'missing') return 'nobody';
    if (error.kind === 'unfit') return 'damaged';
    throw new WriteFailure(place, error);
  }
}

function ownerFile(place: string): string {
  return join(place, 'owner.json');
}

async function takeLock(folder: string, { disk, self, patience, notice, check }: LockOptions): Promise<void> {
  const { lock } = hiddenPlaces(folder);
  const deadline = Date.now() + patience;
  let told = false;
  for (;;) {
    check();
    const owners = await lockOwners(folder);
    const holder = owners.find((owner) => !isDead(owner));
    if (holder === undefined && (await tryTake(folder, owners, disk, self))) return;
    if (Date.now() >= deadline) {
      throw new OutputProblem(
        `cannot write ${folder}: ${holder === undefined ? 'other processes keep writing it' : `it is being written by ${describeOwner(holder)}`}; wait until that is done and run the same command again; if it no longer runs, remove the folder ${lock}; nothing was changed there`,
      );
    }
    if (holder !== undefined && !told) {
      told = true;
      notice(`waiting: ${folder} is being written by ${describeOwner(holder)}`);
    }
    await sleep(PAUSE);
  }
}

/** Tries to become the owner after dead ones; false when another process was faster. */
async function tryTake(folder: string, dead: readonly Owner[], disk: Disk, self: Owner): Promise<boolean> {
  const { hidden, lock } = hiddenPlaces(folder);
  const taking = join(hidden, `taking-${self.token}`);
  const place = dead.reduce((outer) => join(outer, 'next'), lock);
  try {
    await naming(folder, async () => {
      await makeFolder(hidden, disk);
      await makeFolder(taking, disk);
      await disk.create(ownerFile(taking), `${JSON.stringify(self)}\n`);
    });
    await naming(folder, () => disk.rename(taking, place));
    // The lock may have been released and taken anew since it was read; then this one is in a living one's, or gone.
    const now = await lockOwners(folder);
    const expected = [...dead, self];
    if (now.length === expected.length && now.every(({ token }, i) => token === expected[i]?.token))
      return true;
    await disk.rename(place, taking);
  } catch (error) {
    await disk.removeAll(taking);
    if (!wasOvertaken(error)) {
      await disk.removeFolder(hidden).catch(() => undefined);
      throw error;
    }
    return false;
  }
  await disk.removeAll(taking);
  return false;
}

async function makeFolder(folder: string, disk: Disk): Promise<void> {
  try {
    await disk.makeFolder(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** The answers when another process has taken the lock, or has cleared away the hidden folder, in between. */
function wasOvertaken(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return ['EEXIST', 'ENOTEMPTY', 'ENOENT'].includes(errorCode(cause));
}
