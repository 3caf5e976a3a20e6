import { type Dirent, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Bounds } from '../files/bounds.ts';
import { FileProblem } from '../files/problem.ts';
import { readBytes } from '../files/read.ts';
import { secretsFolder } from '../secrets/folder.ts';
import type { Code } from '../stack/codes.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import type { SharedText } from '../stack/extends.ts';
import type { Content } from '../stack/reading/plain-text.ts';
import type { Notice } from './notice.ts';
import { fromHere } from './paths.ts';

/** The folder whose files are for stacks to extend, and are never stacks. */
const SHARED = 'shared';

/** What lies in a folder of stacks and is read as no stack. */
export interface StrayFiles {
  /** Files that are meant to be stacks, each with what is wrong with its name or place. */
  readonly misplaced: readonly { readonly path: string; readonly diagnostic: Diagnostic }[];
  /** Files that stacks can extend. */
  readonly shared: readonly string[];
  /** Names of stacks whose ciphertext is there. */
  readonly secrets: readonly string[];
}

/**
 * Looks for what a person would believe to be a stack. Hidden files are those of editors and systems.
 *
 * @param extended files that stacks extend, by their path from here
 */
export function strayFiles(bounds: Bounds, folder: string, extended: ReadonlySet<string>): StrayFiles {
  const misplaced: { path: string; diagnostic: Diagnostic }[] = [];
  const shared: string[] = [];
  const secrets: string[] = [];
  const report = (path: string, code: Code, what: string, remedy: string): void => {
    const position = { file: fromHere(path), line: 1, column: 1 };
    misplaced.push({ path, diagnostic: { position, code, what, remedy } });
  };
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      if (entry.name.endsWith('.secrets')) {
        if (entriesOf(path).length > 0) secrets.push(entry.name.slice(0, -'.secrets'.length));
        continue;
      }
      for (const file of yamlBelow(path)) {
        if (extended.has(fromHere(file))) continue;
        if (entry.name === SHARED) shared.push(file);
        else if (looksLikeStack(bounds, file)) {
          const what = 'this looks like a stack file, but stack files in subfolders are not rendered';
          const remedy = `move it to ${fromHere(join(folder, basename(file)))}, or to ${fromHere(join(folder, SHARED))}/ if it is for stacks to extend`;
          report(file, 'MG081', what, remedy);
        }
      }
      continue;
    }
    const ending = /\.(?:ya?ml|json)$/i.exec(entry.name)?.[0] ?? '.yaml';
    if (ending === '.yaml' || ending === '.yml') continue;
    if (ending === '.json' && !looksLikeStack(bounds, path)) continue;
    const right = join(folder, entry.name.slice(0, -ending.length));
    report(
      path,
      'MG080',
      `stack files end in .yaml or .yml, but this one ends in ${ending}, so it is not rendered`,
      `rename it to ${fromHere(right)}.yaml`,
    );
  }
  return { misplaced, shared, secrets };
}

/**
 * What to say of a file that a stack file names and that lies where every YAML file is a stack: nothing of what is wrong
 * with it as a stack. Undefined for any other file.
 *
 * @param usedBy the stack file that names it
 */
export function amongStacks(
  { file, diagnostics }: { readonly file: string; readonly diagnostics: readonly Diagnostic[] },
  usedBy: string | undefined,
): readonly Diagnostic[] | undefined {
  const isStack = !diagnostics.some(({ code }) => code === 'MG003' || code === 'MG091');
  if (usedBy === undefined || usedBy === file || isStack) return undefined;
  const name = basename(file);
  return [
    {
      position: { file, line: 1, column: 1 },
      code: 'MG228',
      what: `${usedBy} names this file, but every YAML file in this folder is read as a stack`,
      remedy: `move it into a folder, such as ${file.slice(0, -name.length)}files/${name}, and write files/${name} in ${usedBy}`,
    },
  ];
}

/** Errors that a part of a stack may have: it need not be whole. */
const INCOMPLETE: readonly Code[] = ['MG003', 'MG006', 'MG007'];

/** What is wrong with a file that stacks could extend and none does: it stops nobody now, but the first that does. */
export function unusedShared(
  file: string,
  found: SharedText,
  check: (text: Content) => readonly Diagnostic[],
): readonly Notice[] {
  const remedy = 'no stack extends this file yet; correct or remove it before one does';
  if ('problem' in found) return [{ file, what: found.problem, remedy }];
  return check(found.text)
    .filter(({ code }) => !INCOMPLETE.includes(code))
    .map(({ position, code, what, remedy: correction }) => ({
      file: `${position.file}:${position.line}:${position.column}`,
      what: `${code}: ${what}; ${correction}`,
      remedy,
    }));
}

/** What to say of folders of ciphertext that belong to no stack. */
export function orphanNotices(folder: string, names: readonly string[]): readonly Notice[] {
  return names.map((name) => ({
    file: fromHere(secretsFolder(folder, name)),
    what: `no stack here is named "${name}", so nothing reads these Secrets`,
    remedy: `if a stack was renamed, give it its old name again (name: ${name}) before you create any values; if it is gone, remove the folder`,
  }));
}

function yamlBelow(folder: string): readonly string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return entry.name.endsWith('.secrets') ? [] : yamlBelow(path);
    return entry.isFile() && /\.ya?ml$/i.test(entry.name) ? [path] : [];
  });
}

/** A stack has to say its server name, in words that nothing else has; also where the file cannot be parsed. */
function looksLikeStack(bounds: Bounds, path: string): boolean {
  try {
    const text = Buffer.from(readBytes(bounds, path, 'repository')).toString('utf8');
    return (
      /(?:^|[{,\n])[ \t\r]*["']?serverName["']?[ \t]*:/.test(text) && !/^(?:apiVersion|kind):/m.test(text)
    );
  } catch (error) {
    // What cannot be read is named where it is used.
    if (error instanceof FileProblem) return false;
    throw error;
  }
}

/** What is in a folder; nothing where it cannot be read, which is named where it is used. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort(byName);
  } catch {
    return [];
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
