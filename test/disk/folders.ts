import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Disk, realDisk } from '../../src/disk/disk.ts';
import { currentOwner, type Owner } from '../../src/disk/owner.ts';

/** A temporary folder for each test; `folder()` is an output folder in it that does not exist yet. */
export function useOutputFolder(): { readonly folder: () => string; readonly parent: () => string } {
  let parent = '';
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'output-'));
  });
  afterEach(async () => {
    await rm(parent, { recursive: true, force: true });
  });
  return { folder: () => join(parent, 'dist'), parent: () => parent };
}

export async function put(folder: string, texts: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of texts) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Everything below a folder, the hidden folder too: bytes of files, `folder` or `link` of the rest. */
export async function everything(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return new Map([['', 'missing']]);
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const kind = entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'file';
    found.set(path.slice(folder.length + 1), kind === 'file' ? await readFile(path, 'utf8') : kind);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same, of a folder in which nothing but these texts is. */
export function onlyThese(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const all = new Map(texts);
  for (const path of texts.keys()) {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) all.set(folder, 'folder');
  }
  return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function timeOf(file: string): Promise<number> {
  return (await lstat(file)).mtimeMs;
}

/** Texts that say they are rendered: what stands behind a path is its content. */
export function rendered(contents: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(contents).map(([path, text]) => [
      path,
      `# ${path} is rendered from stacks/chat.yaml\n${`${text}\n`.repeat(50)}end\n`,
    ]),
  );
}

/** A process that is gone: no system gives out such a number. */
export function deadOwner(): Owner {
  return { ...currentOwner(), pid: 2 ** 22 + 1, started: '' };
}

/** What happens at a change of the disk: it fails, and goes on working, or nothing works any more, as after a kill. */
export type Mishap = 'fails' | 'dies' | undefined;

/** A disk that meets a mishap at some of its changes, counted from 1. `changes` tells what it has done. */
export function badDisk(mishapAt: (number: number, change: string) => Mishap): {
  readonly disk: Disk;
  readonly changes: string[];
} {
  const changes: string[] = [];
  let dead = false;
  const before = (change: string): void => {
    if (dead) throw new Error('no process does anything after its death');
    changes.push(change);
    const mishap = mishapAt(changes.length, change);
    if (mishap === 'dies') {
      dead = true;
      throw new Error(`killed before: ${change}`);
    }
    if (mishap === 'fails') throw Object.assign(new Error(`no room for: ${change}`), { code: 'ENOSPC' });
  };
  const disk: Disk = {
    create: async (file, bytes) => {
      try {
        before(`create ${file}`);
      } catch (error) {
        // Half of it is written already.
        if (String(error).includes('before: ')) await writeFile(file, bytes.slice(0, bytes.length / 2));
        throw error;
      }
      await realDisk.create(file, bytes);
    },
    keep: async (file, name) => {
      before(`keep ${file}`);
      await realDisk.keep(file, name);
    },
    rename: async (from, to) => {
      before(`rename ${from} ${to}`);
      await realDisk.rename(from, to);
    },
    remove: async (file) => {
      before(`remove ${file}`);
      await realDisk.remove(file);
    },
    makeFolder: async (folder) => {
      before(`makeFolder ${folder}`);
      await realDisk.makeFolder(folder);
    },
    removeFolder: async (folder) => {
      before(`removeFolder ${folder}`);
      await realDisk.removeFolder(folder);
    },
    removeAll: async (place) => {
      before(`removeAll ${place}`);
      await realDisk.removeAll(place);
    },
    syncFolder: async (folder) => {
      before(`syncFolder ${folder}`);
      await realDisk.syncFolder(folder);
    },
  };
  return { disk, changes };
}
