import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../plain/errno.ts';
import { OutputProblem } from './problem.ts';

/** The folder inside the output folder that is there only while something is being written, or after a kill. */
export const HIDDEN = '.matrix-gitops';

/** The places in it. */
export interface HiddenPlaces {
  readonly hidden: string;
  /** Who writes. */
  readonly lock: string;
  /** The point of no return: with it a write is finished, without it undone. */
  readonly journal: string;
  /** The journal until it is complete. */
  readonly journalDraft: string;
  /** The new texts, by the number of their operation. */
  readonly staged: string;
  /** Second names of what is replaced or removed, by the number of the operation, to take it all back. */
  readonly former: string;
  /** Keeps what is left after a kill out of commits. */
  readonly gitignore: string;
}

export function hiddenPlaces(folder: string): HiddenPlaces {
  const hidden = join(folder, HIDDEN);
  return {
    hidden,
    lock: join(hidden, 'lock'),
    journal: join(hidden, 'journal.json'),
    journalDraft: join(hidden, 'journal.json.draft'),
    staged: join(hidden, 'new'),
    former: join(hidden, 'old'),
    gitignore: join(hidden, '.gitignore'),
  };
}

/** True for the name of anything this program puts into the hidden folder. */
export function isHiddenName(name: string): boolean {
  return /^(lock|journal\.json(\.draft)?|new|old|\.gitignore|(taking|released)-[0-9a-f]+)$/.test(name);
}

/** True for those of them that are folders. */
function isFolderName(name: string): boolean {
  return /^(lock|new|old|(taking|released)-[0-9a-f]+)$/.test(name);
}

/**
 * Whether the hidden folder is there.
 *
 * @throws OutputProblem when it, or something directly in it, is of another kind than this program makes: a committed
 * link would have other places read and written
 */
export async function hasHidden(folder: string): Promise<boolean> {
  const { hidden } = hiddenPlaces(folder);
  let entries: readonly Dirent[];
  try {
    const found = await lstat(hidden);
    if (!found.isDirectory()) {
      throw new OutputProblem(
        `cannot write ${folder}: ${hidden} is in the way, and it is not a folder; move it away; nothing was changed there`,
      );
    }
    entries = await readdir(hidden, { withFileTypes: true });
  } catch (error) {
    // ENOTDIR: the output folder is a file, which is told by who wants to write there.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw error;
  }
  const strange = entries.find(
    (entry) =>
      isHiddenName(entry.name) && (isFolderName(entry.name) ? !entry.isDirectory() : !entry.isFile()),
  );
  if (strange === undefined) return true;
  throw new OutputProblem(
    `cannot write ${folder}: ${join(hidden, strange.name)} is not what this program puts there, but a link, a pipe or the like; remove it, and find out who made it; nothing was changed there`,
  );
}
