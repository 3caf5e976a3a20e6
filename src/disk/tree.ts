import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasBytes, headOf } from '../files/read.ts';
import { errorCode } from '../plain/errno.ts';
import { headerStarts } from '../render/header.ts';
import { HIDDEN } from './hidden.ts';
import { inParallel } from './parallel.ts';
import { naming, OutputProblem } from './problem.ts';

/** What stands at a path. */
export type Kind = 'file' | 'folder' | 'link' | 'other';

/** What stands below the output folder, by path with forward slashes. */
export type Tree = ReadonlyMap<string, Kind>;

/** How an output folder differs from what should be in it, by path below it. */
export interface Comparison {
  /** Files whose bytes are others. */
  readonly differs: readonly string[];
  /** Files that are not there. */
  readonly missing: readonly string[];
  /** Files that an earlier run wrote and that should be gone. */
  readonly stale: readonly string[];
  /** How many files are as they should be. */
  readonly unchanged: number;
  /** Files that no run wrote and that stay; hidden ones and backups of editors do not count. Absent where none is. */
  readonly own?: readonly string[];
  /** Those of `differs` that no run wrote: a person's, perhaps. Absent where none is. */
  readonly foreign?: readonly string[];
}

/**
 * Compares an output folder with the texts that should be in it. Reads only.
 *
 * @param folder the output folder, usually `dist`; may be missing, may be a symbolic link
 * @param texts text by path below it, with forward slashes
 * @param untouched rendered files without a text that stay as they are
 * @throws OutputProblem when something stands in the way of a file
 */
export async function compareTree(
  folder: string,
  texts: ReadonlyMap<string, string>,
  untouched: ReadonlySet<string> = new Set(),
): Promise<Comparison> {
  return (await inspect(folder, texts, untouched)).comparison;
}

/**
 * A comparison, and the tree it was made from.
 *
 * @param unwanted files that should be gone although no earlier run is known to have written them
 */
export async function inspect(
  folder: string,
  texts: ReadonlyMap<string, string>,
  untouched: ReadonlySet<string>,
  unwanted: ReadonlySet<string> = new Set(),
): Promise<{ readonly tree: Tree; readonly comparison: Comparison }> {
  const tree = await readTree(folder);
  const unknown = [...tree].flatMap(([path, kind]) =>
    kind === 'file' && !texts.has(path) && !untouched.has(path) ? [path] : [],
  );
  const rendered = await inParallel(unknown, async (path) =>
    unwanted.has(path) ? true : await isRendered(folder, path),
  );
  const stale = unknown.filter((_, index) => rendered[index]);
  checkPlaces(folder, tree, [...texts.keys()], stale);
  const there = [...texts].filter(([path]) => tree.get(path) === 'file');
  const same = await inParallel(there, ([path, text]) =>
    naming(`${folder}/${path}`, async () => hasBytes(join(folder, path), Buffer.from(text))),
  );
  const differs = there.flatMap(([path], index) => (same[index] ? [] : [path]));
  // What is written without saying so in its first line cannot be told from what others wrote.
  const marked = differs.filter((path) =>
    headerStarts(path).some((start) => texts.get(path)?.startsWith(start)),
  );
  const isOurs = await inParallel(marked, (path) => isRendered(folder, path));
  const foreign = marked.filter((_, index) => !isOurs[index]);
  const own = unknown.filter((path, index) => !rendered[index] && !isUnimportant(path));
  return {
    tree,
    comparison: {
      ...(own.length === 0 ? {} : { own }),
      ...(foreign.length === 0 ? {} : { foreign }),
      differs,
      missing: [...texts.keys()].filter((path) => tree.get(path) !== 'file'),
      stale,
      unchanged: same.filter((one) => one).length,
    },
  };
}

/** Files that editors and systems leave, and that nobody means to deploy. */
function isUnimportant(path: string): boolean {
  return path.split('/').some((part) => part.startsWith('.')) || /(?:~|\.sw[a-p]|\.orig)$/.test(path);
}

/** Walks the output folder without following any symbolic link but the folder itself. */
export async function readTree(folder: string): Promise<Tree> {
  const tree = new Map<string, Kind>();
  const visit = async (below: string): Promise<void> => {
    const entries = await namesIn(folder, below);
    const folders: string[] = [];
    for (const entry of entries) {
      // A Git repository holds no rendered files, and the hidden folder is not part of the output.
      if (entry.name === '.git' || (below === '' && entry.name === HIDDEN)) continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      const kind = kindOf(entry);
      tree.set(path, kind);
      if (kind === 'folder') folders.push(path);
    }
    await inParallel(folders, visit);
  };
  await visit('');
  return tree;
}

/** What is in a folder; nothing when it is not there. */
async function namesIn(folder: string, below: string): Promise<readonly Dirent[]> {
  return await naming(below === '' ? folder : `${folder}/${below}`, async () => {
    try {
      return await readdir(join(folder, below), { withFileTypes: true });
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  });
}

function kindOf(entry: Dirent): Kind {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/**
 * True for a file whose first line says that it is rendered, and as this very file: nobody else's file is removed,
 * a copy of a rendered one under another name is not either. False when it is not there.
 */
export async function isRendered(folder: string, path: string): Promise<boolean> {
  const starts = headerStarts(path).map((text) => Buffer.from(text));
  return await naming(`${folder}/${path}`, async () => {
    // Only the head: what else people put there may be large.
    const head = headOf(join(folder, path), Math.max(...starts.map(({ length }) => length)));
    return head !== undefined && starts.some((start) => head.subarray(0, start.length).equals(start));
  });
}

/** Every folder a path lies in, the outermost first. */
export function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/**
 * True for a path that stays below the output folder, out of the hidden one, and out of every git repository: what is
 * in `.git` can name programs. File systems that take `.GIT`, `.git.` or `git~1` for the same name are thought of.
 * Control characters would reach terminals.
 */
export function isSafePath(path: string): boolean {
  const parts = path.split('/');
  return (
    !/[\\\p{Cc}]/u.test(path) &&
    parts[0] !== HIDDEN &&
    parts.every((part) => !/^(?:|\.|\.\.|(?:\.git|git~\d)[. ]*(?::.*)?)$/i.test(part))
  );
}

/**
 * Finds what stands in the way of files: symbolic links, files instead of folders and the reverse.
 * What is going to be removed stands in nobody's way.
 *
 * @throws OutputProblem naming it
 */
export function checkPlaces(
  folder: string,
  tree: Tree,
  paths: readonly string[],
  going: readonly string[],
): void {
  const goingFiles = new Set(going);
  const goingFolders = new Set(going.flatMap(foldersOf));
  const emptied = (place: string): boolean =>
    [...tree.keys()].every(
      (path) => !path.startsWith(`${place}/`) || goingFiles.has(path) || goingFolders.has(path),
    );
  for (const path of paths) {
    if (!isSafePath(path)) throw new Error(`"${path}" is not a valid path for a rendered file`);
    for (const parent of foldersOf(path)) {
      const kind = tree.get(parent);
      if (kind === undefined || kind === 'folder' || goingFiles.has(parent)) continue;
      throw inTheWay(folder, parent, kind, 'folder');
    }
    const kind = tree.get(path);
    if (kind === undefined || kind === 'file') continue;
    if (kind === 'folder' && goingFolders.has(path) && emptied(path)) continue;
    throw inTheWay(folder, path, kind, 'file');
  }
}

function inTheWay(folder: string, place: string, kind: Kind, wanted: 'file' | 'folder'): OutputProblem {
  const what = {
    link: `it is a symbolic link where a ${wanted} is expected, and links are not followed; remove it`,
    other: `it is neither file nor folder where a ${wanted} is expected; move it away`,
    file: `it is a file where a ${wanted} is expected; move it away`,
    folder: `it is a folder where a ${wanted} is expected; move it away`,
  }[kind];
  return new OutputProblem(`cannot write ${folder}/${place}: ${what}; nothing was changed in ${folder}`);
}
