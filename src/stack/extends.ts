import { posix } from 'node:path';
import * as z from 'zod';
import { isRecord, valueAt } from '../plain/data.ts';
import { nearest } from '../plain/nearest.ts';
import type { Diagnostic, Position } from './diagnostic.ts';
import { shortText } from './fields.ts';
import { checkFileName } from './file-names.ts';
import { excess, LIMITS, sizeOf } from './limits.ts';
import { LISTED } from './listed.ts';
import { issuesOf } from './reading/issues.ts';
import { layered } from './reading/layers.ts';
import type { Content } from './reading/plain-text.ts';
import { describe } from './reading/wording.ts';
import { dotted, readYaml, replaced, shortKey, type YamlSource } from './reading/yaml-source.ts';

const sharedPath = shortText.regex(
  /^(?![/~])(?!.*[\\:]).+\.ya?ml$/,
  'write the path of a YAML file, seen from the folder of this one, such as shared/base.yaml',
);

/** `extends:` of a stack file. */
export const extendsField = z
  .union(
    [
      sharedPath,
      z
        .array(sharedPath)
        .min(1, 'name at least one file, such as shared/base.yaml')
        .max(LIMITS.extends, `name at most ${LIMITS.extends} files`),
    ],
    'the path of a file, such as shared/base.yaml, or a list of them',
  )
  .describe(
    'Files whose keys this one takes over, by their path from here, such as shared/base.yaml. Later ones win over earlier ones, and this file over all: groups merge key by key, lists and single values replace, and null leaves out what is inherited.',
  );

/** All that can be asked of a file that may be a part of a stack only. */
const partSchema = z.looseObject({ extends: extendsField.optional() });

/** What came of reading a file that another extends: its text, or why there is none. */
export type SharedText = { readonly text: Content } | { readonly problem: string };

/** A file together with everything it extends. */
export interface Composed {
  /** Undefined when the file itself is no YAML. */
  readonly source: YamlSource | undefined;
  /** What the file itself holds. */
  readonly own: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** False when a part could not be read: what is missing then proves nothing. */
  readonly complete: boolean;
}

/** Puts stack files together with what they extend. */
export interface SharedFiles {
  /**
   * @param file name for messages, with forward slashes; paths in it count from its folder
   */
  compose(file: string, content: Content): Composed;
}

/**
 * The files that stack files extend. Each is read and understood once, however many stacks extend it.
 *
 * @param read gives the text of a file by its path, with forward slashes
 */
export function sharedFiles(read: (path: string) => SharedText): SharedFiles {
  const known = new Map<string, Composed | { readonly problem: string }>();

  const compose = (file: string, content: Content, trail: readonly string[]): Composed => {
    const own = readYaml(file, content);
    if (own.source === undefined) return { ...own, own: undefined, complete: false };
    const { data } = own.source;
    const diagnostics = [...shapeErrors(own.source)];
    let complete = diagnostics.length === 0;
    let below: YamlSource | undefined;
    const fail = (position: Position, code: Diagnostic['code'], what: string, remedy: string): void => {
      diagnostics.push({ position, code, what, remedy });
      complete = false;
    };
    const lay = (top: YamlSource): void => {
      if (below === undefined) {
        below = top;
        return;
      }
      const { source, blanks } = layered(below, top);
      for (const path of blanks) {
        const { file, line } = below.keyAt(path);
        fail(
          top.keyAt(path),
          'MG004',
          `${dotted(path)} is empty`,
          `write null to leave out what ${file}:${line} says, or remove the key to keep it`,
        );
      }
      below = source;
    };
    for (const { path, position } of references(file, own.source)) {
      const circle = [...trail, file, path];
      const start = circle.indexOf(path);
      if (start < circle.length - 1) {
        const names = circle.slice(start).join(' extends ');
        fail(position, 'MG009', `${names}: a circle`, 'remove one of these extends');
        continue;
      }
      const [misnamed] = checkFileName(path);
      if (misnamed !== undefined) {
        fail(position, misnamed.code, misnamed.what, misnamed.remedy);
        continue;
      }
      if (trail.length >= LIMITS.extends) {
        const what = `${trail.length + 1} files extend each other in a row`;
        fail(position, 'MG016', what, `write what they have in common in at most ${LIMITS.extends} files`);
        continue;
      }
      const found = get(path, [...trail, file]);
      if ('problem' in found) {
        fail(position, 'MG008', `cannot read ${path}: ${found.problem}`, 'correct the path or the file');
        continue;
      }
      const other = otherThanStack(found.own);
      if (other !== undefined) {
        const remedy = 'extend a file with keys of a stack file, such as size: small';
        fail(position, 'MG091', `${path} is ${other}, not part of a stack file`, remedy);
        continue;
      }
      diagnostics.push(...found.diagnostics);
      complete &&= found.complete;
      if (isRecord(found.source?.data)) lay(found.source);
    }
    lay(withoutExtends(own.source));
    const tooMuch = below === undefined ? undefined : excess(sizeOf(below.data));
    if (tooMuch !== undefined) {
      const what = `with all that it extends, this file ${tooMuch}`;
      const remedy = 'leave out of it, or of what it extends, what the stack does not need';
      fail(own.source.at([]), 'MG016', what, remedy);
      return { source: undefined, own: data, diagnostics, complete };
    }
    return { source: below, own: data, diagnostics: [...new Set(diagnostics)], complete };
  };

  const get = (path: string, trail: readonly string[]): Composed | { readonly problem: string } => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const found = read(path);
    const composed = 'problem' in found ? found : compose(path, found.text, trail);
    known.set(path, composed);
    return composed;
  };

  return { compose: (file, content) => compose(file, content, []) };
}

/**
 * What a YAML file is that holds nothing of a stack: `a Kubernetes manifest (Secret)`; undefined for what may be a
 * stack file, or a part of one.
 */
export function otherThanStack(data: unknown): string | undefined {
  if (data === undefined || data === null) return undefined;
  if (!isRecord(data)) return Array.isArray(data) ? 'a list' : 'a single value';
  const { apiVersion, kind } = data;
  if (typeof apiVersion === 'string' && typeof kind === 'string') {
    return `a Kubernetes manifest (${shortKey(kind)})`;
  }
  const values = Object.values(data);
  const areImages = values.every((one) => isRecord(one) && 'repository' in one && 'tag' in one);
  return areImages && values.length > 0 ? 'a list of image versions' : undefined;
}

/** No files but the one at hand: what it extends cannot be read. */
export const NO_SHARED_FILES: SharedFiles = sharedFiles(() => ({
  problem: 'no other files can be read here',
}));

/** What is wrong with `extends:` itself. */
function shapeErrors(source: YamlSource): readonly Diagnostic[] {
  if (!isRecord(source.data)) return [];
  return issuesOf(source.data, partSchema)
    .slice(0, LISTED)
    .flatMap((issue) => describe(issue, source, partSchema));
}

/** The key that says what a file extends, as it is written there. A misspelt one is an error of its own. */
function extendsKey(data: Readonly<Record<string, unknown>>): string {
  if (Object.hasOwn(data, 'extends')) return 'extends';
  return Object.keys(data).find((key) => nearest(key, ['extends']) !== undefined) ?? 'extends';
}

/** The files that a file extends, and where it says so. */
function references(
  file: string,
  source: YamlSource,
): readonly { readonly path: string; readonly position: Position }[] {
  if (!isRecord(source.data)) return [];
  const key = extendsKey(source.data);
  const written = valueAt(source.data, [key]);
  const all: readonly unknown[] = Array.isArray(written) ? written : [written];
  // More is an error of its own.
  const list = all.slice(0, LIMITS.extends);
  return list.flatMap((one, index) => {
    const path = sharedPath.safeParse(one);
    if (!path.success) return [];
    return [
      {
        path: posix.normalize(posix.join(posix.dirname(file), path.data)),
        position: source.at(Array.isArray(written) ? [key, index] : [key]),
      },
    ];
  });
}

/** The same source as if it extended nothing: that is said for the file, and not inherited. */
function withoutExtends(source: YamlSource): YamlSource {
  if (!isRecord(source.data) || !Object.hasOwn(source.data, 'extends')) return source;
  return { ...source, data: replaced(source.data, ['extends'], undefined) };
}
