import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { FileProblem } from '../files/problem.ts';
import { partOf, readRegular } from '../files/read.ts';
import { GitUnread } from './unread.ts';

/**
 * The folder `.git` of a checkout, as the only place that is read of it. Nothing in it is followed out of it: no
 * symbolic link, no other store of objects.
 */
export interface GitFolder {
  /** The bytes of a file; undefined where it is missing. */
  read(path: string, limit: number): Buffer | undefined;
  /** A part of a file that is there. */
  part(path: string, start: number, length: number): Buffer;
  /** Whether there is something under this name. */
  has(path: string): boolean;
  /** Where a folder in it is; undefined where it is missing. */
  folder(path: string): string | undefined;
}

/** @throws GitUnread where `.git` is not a folder, as in a linked worktree or a submodule */
export function gitFolder(checkout: string): GitFolder {
  const top = join(checkout, '.git');
  if (lstatSync(top, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new GitUnread('.git is not a folder here, as in a linked worktree or a submodule');
  }
  /** The place of something, whose folders are real ones; undefined where one is missing. */
  const inside = (path: string): string | undefined => {
    let place = top;
    for (const part of path.split('/').slice(0, -1)) {
      place = join(place, part);
      const stat = lstatSync(place, { throwIfNoEntry: false });
      if (stat === undefined) return undefined;
      if (!stat.isDirectory()) throw new GitUnread('something in .git is not a folder where one is expected');
    }
    return join(top, path);
  };
  return {
    read: (path, limit) => {
      const place = inside(path);
      try {
        return place === undefined ? undefined : readRegular(place, { limit });
      } catch (error) {
        if (error instanceof FileProblem && error.kind === 'missing') return undefined;
        throw unread(error);
      }
    },
    part: (path, start, length) => {
      const place = inside(path);
      if (place === undefined) throw new GitUnread('a file of it is missing');
      try {
        return partOf(place, start, length);
      } catch (error) {
        throw unread(error);
      }
    },
    has: (path) => {
      const place = inside(path);
      return place !== undefined && lstatSync(place, { throwIfNoEntry: false }) !== undefined;
    },
    folder: (path) => {
      const place = inside(`${path}/`);
      return place !== undefined && lstatSync(place, { throwIfNoEntry: false })?.isDirectory() === true
        ? place
        : undefined;
    },
  };
}

function unread(error: unknown): unknown {
  return error instanceof FileProblem ? new GitUnread(`a file of it cannot be read: ${error.what}`) : error;
}
