import * as z from 'zod';
import type { Code } from '../stack/codes.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import { repositoryPath } from './extra-files.ts';

/** The key `file` of a setting that is a file of the repository, as in `logo: {file: own/logo.svg}`. */
export const fileOfSetting = repositoryPath.describe(
  'A file in this repository; the path is relative to the folder of this file.',
);

/** Why a file cannot be used for a setting, after its path: `is empty`. */
export interface FileFlaw {
  readonly code: Code;
  readonly what: string;
  readonly remedy: string;
}

/** Files that one kind of thing can be in. */
export interface FileKind {
  /** How their names end, with the dot, in lower case: servers make the MIME type of it. */
  readonly endings: readonly string[];
  /** What is wrong with the content of such a file; undefined if nothing is. */
  readonly flaw: (bytes: Buffer) => FileFlaw | undefined;
}

/** A setting that is a file of the repository. The file is given to the program at a fixed path. */
export interface FileSetting {
  /** Where the group with `file` is, below the component's key: `['branding', 'logo']`. */
  readonly at: Path;
  /** The workload whose container gets it. */
  readonly workload: string;
  /** Its path there, without the ending, which is that of the file: `/app/branding/logo`. */
  readonly path: string;
  readonly kinds: readonly FileKind[];
  /** The most that anybody should have to load, bytes. */
  readonly most: number;
}

/** A group with a file, for settings that take nothing else. */
export function fileGroup(
  what: string,
): z.ZodOptional<z.ZodObject<{ file: typeof fileOfSetting }, z.core.$strict>> {
  return z.strictObject({ file: fileOfSetting }).optional().describe(what);
}

/** How the name of a file ends, with the dot, in lower case; empty where it does not. */
export function endingOf(file: string): string {
  return /\.[A-Za-z0-9]+$/.exec(file)?.[0].toLowerCase() ?? '';
}

/** Where in its container a program finds the file of a setting. */
export function fileTarget({ path }: Pick<FileSetting, 'path'>, file: string): string {
  return `${path}${endingOf(file)}`;
}

/** The first thing that is wrong with a file for a setting; undefined if nothing is. */
export function fileFlaw({ kinds, most }: FileSetting, file: string, bytes: Buffer): FileFlaw | undefined {
  const ending = endingOf(file);
  const kind = kinds.find(({ endings }) => endings.includes(ending));
  if (kind === undefined) {
    const known = kinds.flatMap(({ endings }) => endings);
    const words = known.length === 1 ? `in ${known[0]}` : `in one of ${known.join(', ')}`;
    return {
      code: 'MG220',
      what:
        ending === '' ? 'has no ending that says what it is' : `ends in ${ending}, which cannot be used here`,
      remedy: `use a file whose name ends ${words}`,
    };
  }
  if (bytes.length === 0)
    return { code: 'MG220', what: 'is empty', remedy: 'add its content, or remove the setting' };
  if (bytes.subarray(0, LARGE_FILE_POINTER.length).toString('latin1') === LARGE_FILE_POINTER) {
    return {
      code: 'MG220',
      what: 'is a pointer of Git LFS, not the file itself',
      remedy: 'run git lfs pull, or keep the file in the repository itself',
    };
  }
  if (bytes.length <= most) return kind.flaw(bytes);
  return {
    code: 'MG221',
    what: `has ${kilobytes(bytes.length)} kB, and everyone who opens the page loads it`,
    remedy: `make it smaller: at most ${kilobytes(most)} kB here`,
  };
}

/** How every file of Git LFS begins that was not fetched. */
const LARGE_FILE_POINTER = 'version https://git-lfs.github.com/spec/';

function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1000);
}
