import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { boundsOf, touchesInside } from '../../src/files/bounds.ts';

/** Whoever may write to the system, and thus to everything. */
const ROOT = 0;
const OTHERS_CAN_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * The folder of this program's caches: below `XDG_CACHE_HOME`, else `~/.cache`. What it holds is run, so that nobody
 * but the user and the administrator may be able to put anything there, and the repository least of all.
 *
 * @param here the folder that the command runs in. @default - the current one
 * @param stacks the folder with the stack files, where the command line names one
 * @returns undefined where there is none of that kind; nothing is made then
 */
export function cacheFolder(
  environment: NodeJS.ProcessEnv,
  here?: string,
  stacks?: string,
): string | undefined {
  try {
    const { XDG_CACHE_HOME: given } = environment;
    // As the user has it, even when it is empty, which the system's own answer may hide.
    const home = process.platform === 'win32' ? undefined : environment.HOME;
    // The specification says that a relative path is to be ignored.
    const base = given !== undefined && isAbsolute(given) ? given : join(home ?? homedir(), '.cache');
    // Without a home folder, the cache would be in the current one.
    if (!isAbsolute(base)) return undefined;
    const folder = join(base, 'matrix-gitops');
    const bounds = boundsOf(stacks, here);
    const isFit = (): boolean => !touchesInside(bounds, nearest(folder)) && isOnlyOurs(folder);
    if (touchesInside(bounds, folder) || !isFit()) return undefined;
    // Asked again after it: it may have been there only as a link.
    if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined && !isFit()) return undefined;
    return lstatSync(folder).isDirectory() ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The innermost folder of a path that is there. */
function nearest(path: string): string {
  for (let current = path; ; current = dirname(current)) {
    if (lstatSync(current, { throwIfNoEntry: false }) !== undefined) return current;
  }
}

/**
 * Whether nobody but the user and the administrator can change what a path leads to, now or by putting another folder
 * in the place of one of its folders. As StrictModes of sshd has it, every folder up to the top must be theirs, and no
 * other may write to it; a folder such as /tmp, where others can write but rename only what is theirs, is fine on the
 * way.
 */
export function isOnlyOurs(path: string): boolean {
  // Windows has no such owners; the folder is in the user's own profile there.
  if (process.getuid === undefined) return true;
  const user = process.getuid();
  const there = nearest(path);
  // The way as it is written, with links, and the real one.
  return [there, realpathSync.native(there)].every((way) => {
    for (let current = way; ; current = dirname(current)) {
      const stat = lstatSync(current);
      if (stat.uid !== user && stat.uid !== ROOT) return false;
      const isOpen = !stat.isSymbolicLink() && (stat.mode & OTHERS_CAN_WRITE) !== 0;
      // The end of the way is for the user alone.
      const isEnd = current === way && there === path;
      if (isOpen && (isEnd || (stat.mode & STICKY) === 0)) return false;
      if (isEnd && stat.uid !== user) return false;
      if (current === dirname(current)) return true;
    }
  });
}
