import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path';
import { errorCode } from '../plain/errno.ts';
import { FileProblem } from './problem.ts';

/** A folder, as it is written and where it really is. */
interface Root {
  readonly written: string;
  readonly real: string;
}

/**
 * The folders whose contents are data that somebody else may have written. What is named in them must really be in
 * them; a place outside is used only where the command line or the environment names it.
 */
export interface Bounds {
  /** What is read and written as a repository: a path belongs to the innermost of these that it is in. */
  readonly roots: readonly Root[];
  /** The same and the checkouts around them, from which nothing is run: a submodule's programs are its parent's too. */
  readonly around: readonly Root[];
}

/**
 * The bounds of a run: the checkout that the current folder is in, or that folder alone, and the same for the folder
 * with the stack files. One that is in no checkout has its parent folder as bounds, unless that holds the home folder.
 *
 * @param stacks the folder with the stack files. @default - only the current folder counts
 * @param here the folder that the command runs in. @default - the current one
 */
export function boundsOf(stacks?: string, here: string = process.cwd()): Bounds {
  const own = checkoutOf(resolve(here)) ?? resolve(here);
  const places = [own];
  if (stacks !== undefined) {
    const folder = resolve(here, stacks);
    // A `.git` within the folder itself must not leave out what is next to it.
    const checkout = checkoutOf(dirname(folder));
    if (checkout !== undefined) places.push(checkout);
    else if (!isBelow(folder, own) || isTop(own)) {
      places.push(holdsHome(dirname(folder)) ? folder : dirname(folder));
    }
  }
  const outer = places.flatMap(checkoutsAround).filter((place) => !holdsHome(place));
  return { roots: rootsOf(places), around: rootsOf([...places, ...outer].filter((place) => !isTop(place))) };
}

function rootsOf(places: readonly string[]): readonly Root[] {
  return [...new Set(places)].map((written) => ({ written, real: realPath(written) ?? written }));
}

/** The top of a file system: the current folder of most containers, and nobody's repository. */
function isTop(folder: string): boolean {
  return folder === parse(folder).root;
}

/** Whether the home folder is somewhere in a folder: most of what is in it then belongs to no repository. */
function holdsHome(folder: string): boolean {
  const home = process.env.HOME ?? process.env.USERPROFILE ?? '';
  return isTop(folder) || (isAbsolute(home) && isBelow(resolve(home), folder));
}

/** Every folder above one that holds `.git`. */
function checkoutsAround(folder: string): readonly string[] {
  const found: string[] = [];
  for (let current = dirname(folder); !isTop(current); current = dirname(current)) {
    if (exists(join(current, '.git'))) found.push(current);
  }
  return found;
}

/** The nearest folder that holds `.git`, from a folder upwards; undefined outside of every checkout. */
export function checkoutOf(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    if (exists(join(current, '.git'))) return current;
    if (current === dirname(current)) return undefined;
  }
}

/** Whether a path is a folder or something below it. Compares what is written, and looks at no disk. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Whether a path, as it is written, is inside the bounds. */
export function isInside(bounds: Bounds, path: string): boolean {
  return rootOf(bounds, path) !== undefined;
}

/** The innermost folder of the bounds that a path, as it is written, is in. */
function rootOf({ roots }: Bounds, path: string): Root | undefined {
  const full = resolve(path);
  return roots
    .filter(({ written, real }) => isBelow(full, written) || isBelow(full, real))
    .sort((a, b) => b.real.length - a.real.length)[0];
}

/** Whether a path is inside the bounds, as it is written or by where it really leads: nothing that is run may be. */
export function touchesInside({ around }: Bounds, path: string): boolean {
  const real = realPath(path);
  return [resolve(path), ...(real === undefined ? [] : [real])].some((place) =>
    around.some((root) => isBelow(place, root.written) || isBelow(place, root.real)),
  );
}

/** Who named a path: what a repository's own files name may never be outside of it. */
export type NamedBy = 'person' | 'repository';

/**
 * Where a file or folder really is. It need not be there yet: then where it would come to be.
 *
 * @param by default: a person, whose path outside of the bounds is taken as it is
 * @throws FileProblem when it leads out of the bounds or into a `.git` folder, when a link in its path leads nowhere,
 * or when the system does not say
 */
export function placeOf(bounds: Bounds, path: string, by: NamedBy = 'person'): string {
  const innermost = rootOf(bounds, path);
  if (innermost === undefined) {
    if (by === 'person') return resolve(path);
    throw new FileProblem(
      'outside',
      path,
      'it is outside the repository',
      'move it into the repository, and name it there',
    );
  }
  const missing: string[] = [];
  for (let current = resolve(path); ; current = dirname(current)) {
    const real = realPlace(current, path);
    if (real === undefined) {
      missing.unshift(parse(current).base);
      continue;
    }
    const place = join(real, ...missing);
    if (isBelow(place, innermost.real)) return notOfGit(place, innermost, path);
    throw new FileProblem(
      'outside',
      path,
      'a symbolic link in its path points outside the repository',
      'replace the link with what it points to, or give a place outside on the command line by its own path',
    );
  }
}

/**
 * What is in a folder `.git` is nobody's to name: a hook written there runs at the next commit, and the configuration
 * read there often holds the token that a CI job cloned with. Some file systems know no upper case.
 */
function notOfGit(place: string, { real }: Root, path: string): string {
  const inside = place.slice(real.length).toLowerCase().split(sep);
  if (!inside.includes('.git')) return place;
  throw new FileProblem(
    'repository',
    path,
    "it is in git's own folder (.git)",
    'use a path outside that folder; if a symbolic link leads there, find out who added it',
  );
}

/**
 * A folder to write to or to read from as a whole, as it is named.
 *
 * @returns where it really is
 * @throws FileProblem as {@link placeOf}, and when it looks like a git repository without a work tree: git, started
 * anywhere in it, would run programs that its configuration names
 */
export function safeFolder(bounds: Bounds, path: string): string {
  const place = placeOf(bounds, path);
  if (!['HEAD', 'objects', 'refs'].every((name) => exists(join(place, name)))) return place;
  throw new FileProblem(
    'repository',
    path,
    'it looks like a git repository (it holds HEAD, objects and refs)',
    'remove these three, and find out who put them there: git runs programs that such a folder names',
  );
}

/** Where something really is; undefined when it is not there. */
function realPlace(current: string, path: string): string | undefined {
  try {
    return realpathSync.native(current);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' && !exists(current)) return undefined;
    if (code === 'ENOENT') {
      throw new FileProblem(
        'unreadable',
        path,
        'it is a symbolic link to a file or folder that does not exist',
        'create what it points to, or remove the link',
      );
    }
    if (code === 'ENOTDIR') return undefined;
    throw refusedBySystem(path, error);
  }
}

/** What the system said about a path, in words. */
export function refusedBySystem(path: string, error: unknown): FileProblem {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new FileProblem('missing', path, 'it does not exist', 'correct the path, or add the file');
  }
  const [what, remedy] = REFUSALS[code] ?? [
    `the system refuses it (${code === '' ? 'unknown error' : code})`,
    'look at it with ls -l',
  ];
  return new FileProblem('unreadable', path, what, remedy);
}

/** What the system's codes mean, and what to do about them. */
const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  ELOOP: ['its symbolic links lead in a circle', 'remove them'],
  EACCES: ['no permission to read it', 'change its owner or mode'],
  EPERM: ['no permission to read it', 'change its owner or mode'],
  ENXIO: ['it is a socket, or a device that is not there', 'replace it with a file'],
  ENAMETOOLONG: ['its path is longer than the system allows', 'use a shorter name'],
};

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
