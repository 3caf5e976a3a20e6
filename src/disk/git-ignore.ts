import { lstatSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Bounds, checkoutOf, placeOf } from '../files/bounds.ts';
import { FileProblem } from '../files/problem.ts';
import { readRegular } from '../files/read.ts';
import { type IgnoreLine, isMatch, parseIgnoreFile } from './git-ignore-lines.ts';

/** Bytes of a file with lines for git to ignore. */
const LARGEST_IGNORE = 64 * 1024;
/** Bytes of git's list of what is committed: some 100 for each file. */
const LARGEST_INDEX = 64 * 1024 * 1024;

/**
 * Whether git ignores a file of the output folder, and by which line. Git itself is not asked: started in a folder that
 * somebody has made look like a repository, it runs programs that the configuration there names. Read are the lines of
 * `.gitignore` from the top of the checkout down to the file, and those of `.git/info/exclude`; not those of a person's
 * own configuration (`core.excludesFile`). What is committed already is not ignored; in a linked worktree that is not
 * looked up.
 *
 * @param folder the output folder; has to be there
 * @param path a file below it. A file, not the folder: `dist/*` ignores every file and not the folder
 * @returns such as `.gitignore:3 says "dist/"`; undefined when it is not ignored, and outside a repository
 */
export function ignoredByGit(bounds: Bounds, folder: string, path: string): string | undefined {
  try {
    const real = placeOf(bounds, folder);
    const top = checkoutOf(real);
    if (top === undefined) return undefined;
    const file = relative(top, resolve(real, path)).replaceAll('\\', '/');
    const found = decidingLine(top, file);
    if (found === undefined || found.isNegative || isCommitted(top, file)) return undefined;
    return `${found.file}:${found.line} says "${found.text.replaceAll(/\p{Cc}/gu, '?').slice(0, 100)}"`;
  } catch (error) {
    // A warning that cannot be given stops nobody.
    if (error instanceof FileProblem) return undefined;
    throw error;
  }
}

/** The line that says whether a file, or the outermost of its folders that is ignored, is ignored. */
function decidingLine(top: string, file: string): IgnoreLine | undefined {
  const lines: IgnoreLine[] = [...linesOf(top, '.git/info/exclude', '')];
  const parts = file.split('/');
  let last: IgnoreLine | undefined;
  for (const index of parts.keys()) {
    const base = parts.slice(0, index).join('/');
    // Lines of inner folders win, and within a folder later ones.
    lines.push(...linesOf(top, base === '' ? '.gitignore' : `${base}/.gitignore`, base));
    const path = parts.slice(0, index + 1).join('/');
    const isFolder = index < parts.length - 1;
    last = lines.findLast((line) => isMatch(line, path, isFolder));
    // What is in an ignored folder cannot be taken back.
    if (last !== undefined && !last.isNegative && isFolder) return last;
  }
  return last;
}

/** The lines of one file; none where it is missing, a link, or too large. */
function linesOf(top: string, file: string, base: string): readonly IgnoreLine[] {
  // In a linked worktree or a submodule, `.git` is a file, and what it names is outside.
  if (file.startsWith('.git/') && !isFolder(join(top, '.git'))) return [];
  try {
    return parseIgnoreFile(
      file,
      base,
      readRegular(join(top, file), { limit: LARGEST_IGNORE }).toString('utf8'),
    );
  } catch (error) {
    if (error instanceof FileProblem) return [];
    throw error;
  }
}

/** Bytes of an entry of the index before its name, and of the index before the first entry. */
const ENTRY = 62;
const HEADER = 12;

/**
 * Whether a file is in git's index (https://git-scm.com/docs/index-format). Found by its name, with the length of the
 * name before it and at a place where a name can be; an index that leaves out common beginnings (version 4) is not
 * understood, and counts as if it held nothing.
 */
function isCommitted(top: string, file: string): boolean {
  if (!isFolder(join(top, '.git'))) return false;
  let index: Buffer;
  try {
    index = readRegular(join(top, '.git/index'), { limit: LARGEST_INDEX });
  } catch (error) {
    if (error instanceof FileProblem) return false;
    throw error;
  }
  const name = Buffer.from(`${file}\0`);
  for (let at = index.indexOf(name); at >= 0; at = index.indexOf(name, at + 1)) {
    const isEntry = at >= HEADER + ENTRY && (at - HEADER - ENTRY) % 8 === 0;
    const length = isEntry ? index.readUInt16BE(at - 2) & 0xfff : -1;
    if (length === Math.min(name.length - 1, 0xfff)) return true;
  }
  return false;
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
