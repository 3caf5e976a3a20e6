import { type Dirent, readdirSync, statSync } from 'node:fs';
import { errorCode } from '../plain/errno.ts';
import { type Bounds, placeOf, refusedBySystem, safeFolder } from './bounds.ts';
import { FileProblem } from './problem.ts';
import { readBytes } from './read.ts';

/** Names in one folder; nobody writes as many. */
const MOST_NAMES = 1000;

/** What is at a path: the bytes of a file, or the names in a folder. */
export type LookedUp =
  | { readonly content: Buffer }
  | { readonly entries: readonly { readonly name: string; readonly isFolder: boolean }[] };

/**
 * Looks up a file or folder that a repository's own files name.
 *
 * @throws FileProblem
 */
export function lookUp(bounds: Bounds, path: string): LookedUp {
  const place = placeOf(bounds, path, 'repository');
  if (!isFolder(place)) return { content: readBytes(bounds, path, 'repository') };
  safeFolder(bounds, path);
  const found = entriesOf(place, path);
  if (found.length > MOST_NAMES) {
    throw new FileProblem(
      'unfit',
      path,
      `it is a folder with more than ${MOST_NAMES} files`,
      'check that it is the right folder',
    );
  }
  return { entries: found.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() })) };
}

/** Whatever else is there, reading it says what is wrong with it. */
function isFolder(place: string): boolean {
  try {
    return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    if (errorCode(error) !== '') return false;
    throw error;
  }
}

function entriesOf(place: string, path: string): readonly Dirent[] {
  try {
    return readdirSync(place, { withFileTypes: true });
  } catch (error) {
    throw refusedBySystem(path, error);
  }
}
