import { posix } from 'node:path';
import { compareText } from '../plain/compare.ts';
import { valueAt } from '../plain/data.ts';
import { visible } from '../plain/visible.ts';
import type { Code } from '../stack/codes.ts';
import type { Diagnostic, Position } from '../stack/diagnostic.ts';
import { checkFileName } from '../stack/file-names.ts';
import { countText, LIMITS } from '../stack/limits.ts';
import type { Content } from '../stack/reading/plain-text.ts';
import type { YamlSource } from '../stack/reading/yaml-source.ts';
import { ownName } from './files.ts';

/** What is at a path that `include` names. */
export type AtPath =
  | { readonly content: Content }
  /** A folder: what is in it, in any order. */
  | { readonly entries: readonly { readonly name: string; readonly isFolder: boolean }[] }
  | { readonly problem: Pick<Diagnostic, 'code' | 'what' | 'remedy'> };

/** Looks up a path, with forward slashes, from where paths of stack files count. */
export type ReadPath = (path: string) => AtPath;

/** A file that is included, unread. */
export interface FoundFile {
  readonly file: string;
  readonly content: Content;
}

/** The files that a stack includes, or what is wrong with the list of them. */
export interface Found {
  readonly files: readonly FoundFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Finds the files that `include` names: files, and those in folders, but not in folders within these. Hidden files are
 * those of editors and systems.
 */
export function findIncluded(source: YamlSource, read: ReadPath): Found {
  const written = valueAt(source.data, ['include']);
  const files: FoundFile[] = [];
  const diagnostics: Diagnostic[] = [];
  /** Where each name below `own/` is taken. */
  const taken = new Map<string, string>();
  let length = 0;
  const fail = (position: Position, code: Code, what: string, remedy: string): void => {
    diagnostics.push({ position, code, what, remedy });
  };
  /** False where nothing more is read. */
  const add = (position: Position, file: string, content: Content): boolean => {
    const before = taken.get(ownName(file).toLowerCase());
    if (before === file) {
      fail(position, 'MG121', `${visible(file)} is included twice`, 'name it once, or only its folder');
      return true;
    }
    if (before !== undefined) {
      const what = `${visible(file)} and ${visible(before)} would be the same file in dist/`;
      fail(position, 'MG121', what, 'rename one of them');
      return true;
    }
    taken.set(ownName(file).toLowerCase(), file);
    length += content.length;
    if (files.length === LIMITS.includedFiles || length > LIMITS.fileLength) {
      const what =
        files.length === LIMITS.includedFiles
          ? `more than ${LIMITS.includedFiles} files are included`
          : `the included files have more than ${countText(LIMITS.fileLength)} characters in total`;
      fail(position, 'MG016', what, 'include fewer, and apply the others with a separate Kustomization');
      return false;
    }
    files.push({ file, content });
    return true;
  };
  const visit = (position: Position, path: string, isInFolder: boolean): boolean => {
    const misnamed = nameProblem(path);
    // A folder that is named may have any name.
    const found = isInFolder && misnamed !== undefined ? undefined : read(path);
    if (found !== undefined && 'problem' in found) {
      fail(
        position,
        found.problem.code,
        `cannot read ${visible(path)}: ${found.problem.what}`,
        found.problem.remedy,
      );
    } else if (found !== undefined && 'entries' in found) {
      return isInFolder ? visitInner(position, path) : visitFolder(position, path, found.entries);
    } else if (misnamed !== undefined) {
      fail(position, misnamed.code, misnamed.what, misnamed.remedy);
    } else if (found !== undefined) {
      return add(position, path, found.content);
    }
    return true;
  };
  const visitInner = (position: Position, path: string): true => {
    const remedy = 'folders inside folders are not read: name it in include too, or move it away';
    fail(position, 'MG121', `${visible(path)} is a folder inside an included folder`, remedy);
    return true;
  };
  const visitFolder = (position: Position, path: string, entries: Entries): boolean => {
    const shown = entries.filter(({ name }) => !name.startsWith('.'));
    if (shown.length === 0) {
      fail(
        position,
        'MG121',
        `the folder ${visible(path)} contains no files`,
        'add one, or remove the entry',
      );
    }
    return [...shown]
      .sort((a, b) => compareText(a.name, b.name))
      .every(({ name, isFolder }) => {
        const inside = posix.join(path, name);
        return isFolder ? visitInner(position, inside) : visit(position, inside, true);
      });
  };
  for (const index of Array.isArray(written) ? written.keys() : []) {
    const entry: unknown = valueAt(written, [index]);
    if (typeof entry !== 'string') continue;
    const position = source.at(['include', index]);
    const path = posix.join(posix.dirname(position.file), entry).replace(/(?<=.)\/+$/, '');
    if (!visit(position, path, false)) break;
  }
  return { files, diagnostics };
}

type Entries = Extract<AtPath, { entries: unknown }>['entries'];

/** What is wrong with the name of a file; the same for folders means nothing. */
function nameProblem(path: string): Pick<Diagnostic, 'code' | 'what' | 'remedy'> | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!/\.ya?ml$/.test(name)) {
    const remedy = 'include YAML files only, and move other files away';
    return { code: 'MG121', what: `${visible(path)} does not end in .yaml or .yml`, remedy };
  }
  if (/^kustomization\.ya?ml$/i.test(name)) {
    const remedy = 'remove it, or name the other files one by one';
    return { code: 'MG121', what: `${visible(path)} is for kustomize, and dist/ has its own`, remedy };
  }
  return checkFileName(path)[0];
}
