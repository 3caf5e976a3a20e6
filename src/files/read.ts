import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { type Bounds, isInside, type NamedBy, placeOf, refusedBySystem } from './bounds.ts';
import { FileProblem } from './problem.ts';

/** More than any file has that people edit, bytes. */
export const LARGEST_FILE = 10 * 1024 * 1024;

/**
 * The bytes of a file of a repository, or of one that a person named.
 *
 * @param by default: a person, who may name any file outside of the bounds; a pipe too, such as `<(command)` of a shell
 * @throws FileProblem
 */
export function readBytes(bounds: Bounds, path: string, by: NamedBy = 'person'): Buffer {
  const place = placeOf(bounds, path, by);
  return readRegular(place, {
    shown: path,
    links: isInside(bounds, path) ? 'refused' : 'followed',
    pipes: !isInside(bounds, path),
  });
}

/** The same as text. What is not UTF-8 becomes replacement characters: for what is checked in other ways anyway. */
export function readText(bounds: Bounds, path: string, by: NamedBy = 'person'): string {
  return readBytes(bounds, path, by).toString('utf8');
}

/** How a single file is read. */
export interface ReadOptions {
  /** How messages name it. @default - its path */
  readonly shown?: string;
  /** Bytes. @default LARGEST_FILE */
  readonly limit?: number;
  /** What happens where its own name is a symbolic link. @default 'refused' */
  readonly links?: 'refused' | 'followed';
  /** Whether a pipe or a device is read too, up to the limit. @default false */
  readonly pipes?: boolean;
}

/**
 * The bytes of a file, looked at before it is opened: a pipe would be waited for without end, a device never ends, and
 * some do something when they are opened.
 *
 * @throws FileProblem
 */
export function readRegular(path: string, options: ReadOptions = {}): Buffer {
  return withRegular(path, options, (file, { size }, limit) => {
    const chunks: Buffer[] = [];
    let total = 0;
    // One byte more than it should have: it may have grown, or say nothing of its size, as in /proc.
    for (let next = Math.max(size, 4096) + 1; ; next = 65_536) {
      const chunk = Buffer.alloc(Math.min(next, limit + 1 - total));
      const read = readSync(file, chunk, 0, chunk.length, null);
      if (read === 0) break;
      chunks.push(chunk.subarray(0, read));
      total += read;
      if (total > limit) throw tooLarge(options.shown ?? path, limit);
    }
    return chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
  });
}

/**
 * Whether a file has these bytes. One of another size is not read.
 *
 * @throws FileProblem when it is not a file, or cannot be read
 */
export function hasBytes(path: string, wanted: Buffer): boolean {
  const options = { limit: Number.MAX_SAFE_INTEGER };
  return withRegular(path, options, (file, { size }) => {
    if (size !== wanted.length) return false;
    const found = Buffer.alloc(size);
    let at = 0;
    while (at < size) {
      const read = readSync(file, found, at, size - at, null);
      if (read === 0) return false;
      at += read;
    }
    return found.equals(wanted);
  });
}

/**
 * The beginning of a file, however large it is; undefined where there is no file, or something else.
 *
 * @param length bytes; less when the file is shorter
 */
export function headOf(path: string, length: number): Buffer | undefined {
  try {
    return withRegular(path, { limit: Number.MAX_SAFE_INTEGER }, (file) => {
      const head = Buffer.alloc(length);
      return head.subarray(0, readSync(file, head, 0, length, 0));
    });
  } catch (error) {
    if (error instanceof FileProblem && isAbsence(error)) return undefined;
    throw error;
  }
}

/**
 * A part of a file, however large it is; less where the file ends before.
 *
 * @param start where it begins, bytes
 * @param length how much of it, bytes
 * @throws FileProblem when it is not a file, or cannot be read
 */
export function partOf(path: string, start: number, length: number): Buffer {
  return withRegular(path, { limit: Number.MAX_SAFE_INTEGER }, (file) => {
    const part = Buffer.alloc(length);
    return part.subarray(0, readSync(file, part, 0, length, start));
  });
}

/** SHA-256 of a file of any size, in hexadecimal digits; undefined where there is no file, or something else. */
export function checksumOf(path: string): string | undefined {
  try {
    return withRegular(path, { limit: Number.MAX_SAFE_INTEGER }, (file) => {
      const hash = createHash('sha256');
      const chunk = Buffer.alloc(65_536);
      for (;;) {
        const read = readSync(file, chunk, 0, chunk.length, null);
        if (read === 0) return hash.digest('hex');
        hash.update(chunk.subarray(0, read));
      }
    });
  } catch (error) {
    if (error instanceof FileProblem && isAbsence(error)) return undefined;
    throw error;
  }
}

/** True where there is no file of that name: nothing, or something else. */
function isAbsence({ kind }: FileProblem): boolean {
  return kind === 'missing' || kind === 'unfit';
}

function withRegular<T>(
  path: string,
  { shown = path, limit = LARGEST_FILE, links = 'refused', pipes = false }: ReadOptions,
  work: (file: number, stat: Stats, limit: number) => T,
): T {
  const check = (stat: Stats): void => {
    if (!stat.isFile() && !(pipes && !stat.isDirectory())) throw notRegular(shown, stat);
    if (stat.size > limit) throw tooLarge(shown, limit);
  };
  let file: number | undefined;
  try {
    check(links === 'followed' ? statSync(path) : lstatSync(path));
    const follow = links === 'followed' ? 0 : (constants.O_NOFOLLOW ?? 0);
    file = openSync(path, constants.O_RDONLY | follow | (pipes ? 0 : (constants.O_NONBLOCK ?? 0)));
    // Asked again: it may be another one by now.
    const stat = fstatSync(file);
    check(stat);
    return work(file, stat, limit);
  } catch (error) {
    throw error instanceof FileProblem ? error : refusedBySystem(shown, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function notRegular(shown: string, stat: Stats): FileProblem {
  const what = stat.isDirectory()
    ? 'a folder'
    : stat.isSymbolicLink()
      ? 'a symbolic link'
      : stat.isFIFO()
        ? 'a named pipe'
        : stat.isSocket()
          ? 'a socket'
          : 'a device';
  return new FileProblem('unfit', shown, `it is ${what} where a file is expected`, 'replace it with a file');
}

function tooLarge(shown: string, limit: number): FileProblem {
  const size = limit >= 1024 * 1024 ? `${limit / 1024 / 1024} MB` : `${limit / 1024} KB`;
  return new FileProblem('unfit', shown, `it is larger than ${size}`, 'check that it is the right file');
}
