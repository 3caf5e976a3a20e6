import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ownCommand } from '../stack/own-command.ts';
import { apply } from './apply.ts';
import type { Disk } from './disk.ts';
import { hasHidden, hiddenPlaces, isHiddenName } from './hidden.ts';
import { type Operation, readJournal } from './journal.ts';
import { lockOwners } from './lock.ts';
import { describeOwner, isDead } from './owner.ts';
import { OutputProblem, WriteFailure } from './problem.ts';
import { discardStaging } from './stage.ts';
import { checkPlaces, foldersOf, readTree } from './tree.ts';

/** A write that has begun and not ended. */
export interface InterruptedWrite {
  /** The folder inside the output folder that it has left. */
  readonly place: string;
  /** `running`: a process is at it; `to finish` and `to undo`: what the next synth does. */
  readonly state: 'running' | 'to finish' | 'to undo';
  /** The same as a sentence that says what to do. */
  readonly message: string;
}

/**
 * Tells whether a write of an output folder is under way or was interrupted, without changing anything.
 *
 * @param command what finishes or undoes it, for the message
 * @throws OutputProblem when what it left cannot be read
 */
export async function interruptedWrite(
  folder: string,
  command = 'synth',
): Promise<InterruptedWrite | undefined> {
  if (!(await hasHidden(folder))) return undefined;
  const { hidden: place, lock } = hiddenPlaces(folder);
  const running = (await lockOwners(folder)).find((owner) => !isDead(owner));
  if (running !== undefined) {
    const message = `${folder} is being written by ${describeOwner(running)}; wait until that is done; if it no longer runs, remove the folder ${lock}`;
    return { place, state: 'running', message };
  }
  const left = await readJournal(folder);
  const state = left === undefined ? 'to undo' : 'to finish';
  const message = `a write of ${folder} was interrupted and has left ${place}; run ${ownCommand(command)}, which will ${left === undefined ? 'undo' : 'finish'} it first`;
  return { place, state, message };
}

/**
 * Finishes or undoes an interrupted write. Only for the owner of the lock.
 *
 * @throws OutputProblem when that needs a person
 */
export async function recover(folder: string, disk: Disk, notice: (text: string) => void): Promise<void> {
  const { hidden, journal } = hiddenPlaces(folder);
  const names = await readdir(hidden);
  const foreign = names.find((name) => !isHiddenName(name));
  if (foreign !== undefined) {
    throw new OutputProblem(
      `cannot write ${folder}: ${join(hidden, foreign)} does not belong to this program; move it away; nothing was changed there`,
    );
  }
  const left = await readJournal(folder);
  if (left !== undefined) {
    await finish(folder, left, disk);
    await disk.remove(journal);
    notice(`an interrupted write of ${folder} was finished first`);
  }
  const dead = names.filter((name) => /^(taking|released)-/.test(name)).map((name) => join(hidden, name));
  await discardStaging(folder, dead, disk);
}

async function finish(folder: string, journalled: readonly Operation[], disk: Disk): Promise<void> {
  const tree = await readTree(folder);
  // What is behind a link that somebody has put there since is not what was to be removed.
  const left = journalled.filter(
    (one) => !('remove' in one) || foldersOf(one.remove).every((parent) => tree.get(parent) !== 'link'),
  );
  const removed = left.flatMap((one) => ('remove' in one ? [one.remove] : []));
  checkPlaces(
    folder,
    tree,
    left.flatMap((one) => ('remove' in one ? [] : [one.replace])),
    removed,
  );
  try {
    // There is no way back from here: the journal stays until it is done.
    await apply(folder, left, tree, disk, []);
  } catch (error) {
    throw error instanceof WriteFailure ? new WriteFailure(error.path, error.cause, true) : error;
  }
}
