import { join } from 'node:path';
import { checksumOf } from '../files/read.ts';
import { errorCode } from '../plain/errno.ts';
import type { Disk } from './disk.ts';
import { hiddenPlaces } from './hidden.ts';
import type { Operation } from './journal.ts';
import { inParallel } from './parallel.ts';
import { naming } from './problem.ts';
import { foldersOf, isRendered, type Tree } from './tree.ts';

/** How to take a step back. */
export type Undo = () => Promise<void>;

/**
 * Carries out what a journal says, by names alone: a reader sees the old file or the new one.
 *
 * @param tree what stood in the folder before
 * @param undo filled with the way back, the last step last; each keeps what is needed to go forward again, since a kill
 * on the way back leaves the journal
 */
export async function apply(
  folder: string,
  operations: readonly Operation[],
  tree: Tree,
  disk: Disk,
  undo: Undo[],
): Promise<void> {
  const { staged, former } = hiddenPlaces(folder);
  const made = new Set<string>();
  for (const [index, operation] of operations.entries()) {
    const path = 'remove' in operation ? operation.remove : operation.replace;
    const target = join(folder, path);
    const old = join(former, String(index));
    await naming(`${folder}/${path}`, async () => {
      if ('remove' in operation) {
        // Asked again: a journal may be older than what somebody has put there since.
        if (await isToGo(folder, operation)) {
          await disk.remove(target);
          undo.push(() => disk.rename(old, target));
        }
        await removeEmptyFolders(folder, path, disk, undo);
        return;
      }
      await makeFolders(folder, path, made, disk, undo);
      const fresh = join(staged, operation.staged);
      await disk.rename(fresh, target);
      if (tree.get(path) === 'file') {
        undo.push(async () => {
          await disk.keep(target, fresh);
          await disk.rename(old, target);
        });
      } else {
        undo.push(() => disk.rename(target, fresh));
      }
    });
  }
  await syncParents(folder, operations, disk);
}

/** Whether what stands there is still what was to be removed. */
async function isToGo(
  folder: string,
  { remove: path, sha256: checksum }: Extract<Operation, { readonly remove: string }>,
): Promise<boolean> {
  return checksum === undefined
    ? await isRendered(folder, path)
    : checksumOf(join(folder, path)) === checksum;
}

async function makeFolders(
  folder: string,
  path: string,
  made: Set<string>,
  disk: Disk,
  undo: Undo[],
): Promise<void> {
  for (const parent of foldersOf(path)) {
    if (made.has(parent)) continue;
    made.add(parent);
    try {
      await disk.makeFolder(join(folder, parent));
      undo.push(() => disk.removeFolder(join(folder, parent)));
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** Removes the folders a removal left empty, the innermost first. */
async function removeEmptyFolders(folder: string, path: string, disk: Disk, undo: Undo[]): Promise<void> {
  for (const parent of foldersOf(path).toReversed()) {
    try {
      await disk.removeFolder(join(folder, parent));
      undo.push(() => disk.makeFolder(join(folder, parent)));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') continue;
      // A file in its place was put there since.
      if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errorCode(error))) return;
      throw error;
    }
  }
}

/** Names have to be on the disk before the journal is gone. */
async function syncParents(folder: string, operations: readonly Operation[], disk: Disk): Promise<void> {
  const parents = new Set(operations.flatMap((one) => ('remove' in one ? [] : foldersOf(one.replace))));
  await inParallel([...parents, ''], (parent) =>
    naming(`${folder}/${parent}`, () => disk.syncFolder(join(folder, parent))),
  );
}
