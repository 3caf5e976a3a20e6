import { lstatSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Bounds, checkoutOf, placeOf } from '../files/bounds.ts';
import { FileProblem } from '../files/problem.ts';
import { hasBytes, headOf, readRegular } from '../files/read.ts';
import type { CommittedFolder } from '../git/committed.ts';
import { errorCode } from '../plain/errno.ts';
import { renderedFrom } from '../render/header.ts';

/** Bytes of a file that is read as a rendered one. */
const LARGEST = 1024 * 1024;
/** Files of one stack; a rendered one has some sixty. */
const MOST_FILES = 5000;
/** Folders within each other; a rendered stack has four. */
const DEEPEST = 10;
/** Folders without a stack file that are looked into: each may be a stack under an older name. */
const MOST_ORPHANS = 100;
/** Bytes, enough for a first line that names the longest path twice. */
const FIRST_LINE = 16_384;
/** The file that every rendered stack has. */
const LIST = 'kustomization.yaml';

/** A file of a stack, by path below the output folder. */
export interface OldFile {
  readonly path: string;
  /** Read when it is asked for: all together may be large. Undefined for somebody's own file. */
  read(): OldContent | undefined;
}

/** What a file holds: its text, or the same as the new one, or why neither is known. */
export type OldContent = { readonly text: string } | { readonly same: true } | { readonly problem: string };

/** A stack's YAML files as they are now. */
export interface OldFiles {
  /** Where they are, for messages: `dist`, or `dist of the last commit`. */
  readonly where: string;
  readonly files: readonly OldFile[];
}

/** The stacks that an output folder holds; where it does not, those of the last commit. */
export interface OldStacks {
  /** Rendered stacks of the folder that no stack file is for, by name, with the file that each is rendered from. */
  orphans(): ReadonlyMap<string, string>;
  /** The same of the last commit. */
  committedOrphans(): Promise<ReadonlyMap<string, string>>;
  /**
   * The files of one stack, those that are rendered now first; none where neither the folder nor the last commit has
   * it.
   *
   * @param texts what is rendered now, by path below the output folder
   */
  files(name: string, texts: ReadonlyMap<string, string>): Promise<OldFiles>;
  /** A file of the last commit; undefined where it has none, or cannot be read. */
  committed(path: string): Promise<string | undefined>;
  /** Why the last commit was not looked at, where that was needed. */
  unread(): string | undefined;
}

/**
 * Reads what an output folder holds, one stack after the other. Changes nothing, follows no link, and starts no
 * program.
 *
 * @param names of the stacks that there are stack files for
 * @throws FileProblem when the folder leads out of the repository
 */
export function oldStacks(bounds: Bounds, out: string, names: ReadonlySet<string>): OldStacks {
  const place = placeOf(bounds, out);
  let orphans: ReadonlyMap<string, string> | undefined;
  let unread: string | undefined;
  let head: Promise<CommittedFolder | undefined> | undefined;
  const committedOut = (): Promise<CommittedFolder | undefined> => {
    head ??= openHead(place).catch((error: unknown) => {
      unread = whyUnread(error);
      return undefined;
    });
    return head;
  };
  const fromHead = async <T>(work: (folder: CommittedFolder) => T, nothing: T): Promise<T> => {
    const folder = await committedOut();
    if (folder === undefined) return nothing;
    try {
      return work(folder);
    } catch (error) {
      unread = whyUnread(error);
      return nothing;
    }
  };
  return {
    unread: () => unread,
    orphans: () => {
      orphans ??= orphansIn(place, names);
      return orphans;
    },
    committedOrphans: () =>
      fromHead((folder) => {
        const found = new Map<string, string>();
        for (const name of folder.folders.filter((one) => !names.has(one)).slice(0, MOST_ORPHANS)) {
          const stack = folder.open(name);
          const text = stack.files.includes(LIST) ? stack.read(LIST).toString('utf8') : '';
          const from = renderedFrom(`${name}/${LIST}`, text);
          if (from !== undefined) found.set(name, from);
        }
        return found;
      }, new Map<string, string>()),
    files: async (name, texts) => {
      const paths = yamlFiles(place, name);
      const files = paths.map((path) => ({ path, read: () => contentOf(place, path, texts.get(path)) }));
      const isThere = paths.some((path) => texts.has(path)) || renderedFolder(place, name) !== undefined;
      if (isThere) return { where: out, files: knownFirst(files, texts) };
      const committed = await fromHead((folder) => committedFiles(folder.open(name), name, 0), []);
      return { where: `${out} of the last commit`, files: knownFirst(committed, texts) };
    },
    committed: (path) =>
      fromHead((folder) => {
        const parts = path.split('/');
        const file = parts.pop() ?? '';
        const parent = parts.reduce((current, part) => current.open(part), folder);
        return parent.files.includes(file) ? parent.read(file).toString('utf8') : undefined;
      }, undefined),
  };
}

/** The output folder of the last commit; undefined where it is in no repository. */
async function openHead(place: string): Promise<CommittedFolder | undefined> {
  const checkout = checkoutOf(place);
  if (checkout === undefined || checkout === place) return undefined;
  // Loaded only now: most runs find everything in the folder.
  const { committedFolder } = await import('../git/committed.ts');
  return committedFolder(checkout, relative(checkout, place).replaceAll('\\', '/'));
}

function whyUnread(error: unknown): string {
  if (error instanceof Error && 'why' in error && typeof error.why === 'string') return error.why;
  const code = errorCode(error);
  if (code !== '') return `the system refuses it (${code})`;
  throw error;
}

function orphansIn(place: string, names: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, isFolder } of entriesOf(place)) {
    if (found.size >= MOST_ORPHANS) break;
    if (!isFolder || names.has(name)) continue;
    const from = renderedFolder(place, name);
    if (from !== undefined) found.set(name, from);
  }
  return found;
}

/** The stack file that a folder is rendered from; undefined where it is none of ours. */
function renderedFolder(place: string, name: string): string | undefined {
  if (!isFolderItself(place, name)) return undefined;
  const text = headOf(join(place, name, LIST), FIRST_LINE)?.toString('utf8') ?? '';
  return renderedFrom(`${name}/${LIST}`, text);
}

/** The YAML files of a stack's folder, by path below the output folder. */
function yamlFiles(place: string, name: string): readonly string[] {
  const found: string[] = [];
  const visit = (below: string, depth: number): void => {
    if (depth > DEEPEST) return;
    for (const entry of entriesOf(join(place, below))) {
      if (found.length >= MOST_FILES) return;
      const path = `${below}/${entry.name}`;
      if (entry.isFolder) visit(path, depth + 1);
      else if (isOfInterest(path)) found.push(path);
    }
  };
  if (isFolderItself(place, name)) visit(name, 0);
  return found;
}

/** False for a link: it may lead out of the repository, and nothing is written through it either. */
function isFolderItself(place: string, name: string): boolean {
  try {
    return lstatSync(join(place, name)).isDirectory();
  } catch (error) {
    if (errorCode(error) !== '') return false;
    throw error;
  }
}

/** A list of files says nothing about objects. */
function isOfInterest(path: string): boolean {
  return path.endsWith('.yaml') && !path.endsWith(`/${LIST}`);
}

function entriesOf(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.name !== '.git' && (entry.isDirectory() || entry.isFile()))
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    // Whatever else is wrong with the folder, writing it will say so.
    if (errorCode(error) !== '') return [];
    throw error;
  }
}

function knownFirst(files: readonly OldFile[], texts: ReadonlyMap<string, string>): readonly OldFile[] {
  const known = (is: boolean): readonly OldFile[] => files.filter(({ path }) => texts.has(path) === is);
  return [...known(true), ...known(false)];
}

/** Somebody's own file is not looked at; one in the place of a rendered file is a damaged one. */
function contentOf(place: string, path: string, now: string | undefined): OldContent | undefined {
  const file = join(place, path);
  try {
    if (now !== undefined && hasBytes(file, Buffer.from(now))) return { same: true };
    const text = readRegular(file, { limit: LARGEST }).toString('utf8');
    if (renderedFrom(path, text) !== undefined) return { text };
    return now === undefined ? undefined : { problem: 'its first line is not that of a rendered file' };
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.what };
    throw error;
  }
}

function committedFiles(folder: CommittedFolder, below: string, depth: number): readonly OldFile[] {
  if (depth > DEEPEST) return [];
  const own = folder.files
    .map((name) => ({ name, path: `${below}/${name}` }))
    .filter(({ path }) => isOfInterest(path))
    .slice(0, MOST_FILES)
    .map(({ name, path }): OldFile => {
      const read = (): OldContent | undefined => {
        try {
          const text = folder.read(name).toString('utf8');
          return renderedFrom(path, text) === undefined ? undefined : { text };
        } catch (error) {
          return { problem: whyUnread(error) };
        }
      };
      return { path, read };
    });
  const inner = folder.folders.flatMap((name) =>
    committedFiles(folder.open(name), `${below}/${name}`, depth + 1),
  );
  return [...own, ...inner];
}
