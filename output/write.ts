import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a write did, by path below the output folder. */
export interface Written {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/** Ending of files that are being written; left over only by a kill, and replaced by the next run. */
const TEMPORARY = '.tmp';

/**
 * Brings a folder to the given texts: writes what differs, leaves what is equal untouched, and removes
 * files that an earlier run wrote and this one did not, told by their first lines.
 *
 * Everything new is written beside its place first and only then moved there, so that a full disk or a missing
 * permission leaves the folder as it was.
 *
 * @param folder the output folder, usually `dist`
 * @param texts text by path below it, with forward slashes
 */
export async function writeTree(folder: string, texts: ReadonlyMap<string, string>): Promise<Written> {
  const changed: string[] = [];
  let unchanged = 0;
  for (const [path, text] of texts) {
    if ((await currentText(join(folder, path))) === text) unchanged++;
    else changed.push(path);
  }
  const temporaries: string[] = [];
  const newFolders: string[] = [];
  const suffix = `.${process.pid}${TEMPORARY}`;
  try {
    for (const path of changed) {
      const target = join(folder, path);
      const made = await mkdir(dirname(target), { recursive: true });
      if (made !== undefined) newFolders.push(made);
      temporaries.push(`${target}${suffix}`);
      await writeFile(`${target}${suffix}`, texts.get(path) ?? '', { flag: 'wx' });
    }
  } catch (error) {
    for (const temporary of temporaries) await rm(temporary, { force: true });
    for (const made of newFolders) await rm(made, { recursive: true, force: true });
    throw error;
  }
  for (const path of changed) await rename(`${join(folder, path)}${suffix}`, join(folder, path));
  const removed = await removeStale(folder, texts);
  return { changed, removed, unchanged };
}

async function currentText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** True for a text whose first line says that it is rendered, and as this very file. */
function isRenderedAs(path: string, text: string): boolean {
  return text.startsWith(`# ${path} is rendered from `) || text.startsWith(`<!-- ${path} is rendered from `);
}

async function removeStale(folder: string, texts: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const removed: string[] = [];
  const visit = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    for (const entry of entries) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) {
        await visit(path);
        continue;
      }
      if (!entry.isFile() || texts.has(path)) continue;
      const text = await currentText(join(folder, path));
      if (text === undefined || !isRenderedAs(path, text)) continue;
      await rm(join(folder, path));
      removed.push(path);
    }
    if (below !== '' && (await readdir(join(folder, below))).length === 0) await rmdir(join(folder, below));
  };
  await visit('');
  return removed;
}
