import { accessSync, constants, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { checksumOf } from '../files/read.ts';
import { errorCode } from '../plain/errno.ts';
import type { Disk } from './disk.ts';
import { hiddenPlaces } from './hidden.ts';
import { type Operation, sha256 } from './journal.ts';
import { inParallel } from './parallel.ts';
import { naming } from './problem.ts';
import { type Comparison, foldersOf, isRendered, type Tree } from './tree.ts';

/**
 * Puts every new text, and a second name of everything that is replaced or removed, into the hidden folder. After this
 * nothing needs room on the disk any more but names.
 *
 * @param check called between the files; throws to give up
 */
export async function stage(
  folder: string,
  texts: ReadonlyMap<string, string>,
  { tree, comparison }: { readonly tree: Tree; readonly comparison: Comparison },
  disk: Disk,
  check: () => void,
): Promise<readonly Operation[]> {
  const { staged, former, gitignore } = hiddenPlaces(folder);
  const steps = inOrder(comparison);
  await checkPermissions(folder, tree, steps);
  await naming(folder, async () => {
    await disk.create(gitignore, '*\n');
    await disk.makeFolder(staged);
    await disk.makeFolder(former);
  });
  return await inParallel(steps, async ({ path, text: wanted }, index) => {
    check();
    return await naming(`${folder}/${path}`, async (): Promise<Operation> => {
      if (tree.get(path) === 'file') await disk.keep(join(folder, path), join(former, String(index)));
      if (!wanted) {
        const checksum = (await isRendered(folder, path)) ? undefined : checksumOf(join(folder, path));
        return checksum === undefined ? { remove: path } : { remove: path, sha256: checksum };
      }
      const text = texts.get(path) ?? '';
      await disk.create(join(staged, String(index)), text);
      return { replace: path, staged: String(index), sha256: sha256(text) };
    });
  });
}

/** Undoes it, and clears away what dead processes have left; the lock stays. */
export async function discardStaging(
  folder: string,
  leftovers: readonly string[],
  disk: Disk,
): Promise<void> {
  const { journalDraft, staged, former, gitignore } = hiddenPlaces(folder);
  for (const place of [...leftovers, journalDraft, staged, former, gitignore]) await disk.removeAll(place);
}

interface Step {
  readonly path: string;
  /** True to put a text there, false to remove the file. */
  readonly text: boolean;
}

/**
 * A file is there before another names it, and goes after: new ones first, then changed ones, then removals. Before
 * them goes only what stands in the way, such as a file where a folder is to be.
 */
function inOrder({ differs, missing, stale }: Comparison): readonly Step[] {
  const files = new Set(missing);
  const folders = new Set(missing.flatMap(foldersOf));
  const isInTheWay = (path: string): boolean =>
    folders.has(path) || foldersOf(path).some((parent) => files.has(parent));
  const [first, last] = [stale.filter(isInTheWay), stale.filter((path) => !isInTheWay(path))];
  return [
    ...first.map((path) => ({ path, text: false })),
    ...[...missing, ...differs].map((path) => ({ path, text: true })),
    ...last.map((path) => ({ path, text: false })),
  ];
}

/**
 * Asks for what will be needed after the point of no return, while giving up is still free: long names, and leave to
 * change the folders.
 */
async function checkPermissions(folder: string, tree: Tree, steps: readonly Step[]): Promise<void> {
  const asked = new Set<string>();
  for (const { path } of steps) {
    await naming(`${folder}/${path}`, async () => {
      try {
        if (lstatSync(join(folder, path), { throwIfNoEntry: false }) === undefined) return;
        accessSync(join(folder, path), constants.W_OK);
      } catch (error) {
        // A read-only file can be replaced, an immutable one (EPERM) cannot.
        if (!['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error))) throw error;
      }
    });
    const parent = foldersOf(path).findLast((one) => tree.get(one) === 'folder') ?? '';
    if (asked.has(parent)) continue;
    asked.add(parent);
    const place = parent === '' ? folder : `${folder}/${parent}`;
    await naming(place, async () => accessSync(join(folder, parent), constants.W_OK | constants.X_OK));
  }
}
