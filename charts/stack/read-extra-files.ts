import { posix } from 'node:path';
import type * as z from 'zod';
import { compareText } from '../../src/plain/compare.ts';
import { data, valueAt } from '../../src/plain/data.ts';
import type { Code } from '../../src/stack/codes.ts';
import type { Diagnostic } from '../../src/stack/diagnostic.ts';
import { countText } from '../../src/stack/limits.ts';
import { dotted, type Path, type YamlSource } from '../../src/stack/reading/yaml-source.ts';
import {
  type ExtraFile,
  type ExtraFilesPlace,
  extraFilesField,
  type FileContent,
  fileContent,
} from '../../src/system/extra-files.ts';
import { type FileSetting, fileFlaw, fileTarget } from '../../src/system/file-settings.ts';
import { COMPONENT_NAMES, components } from '../index.ts';
import type { StackFile } from './schema.ts';

/** What Kubernetes takes in one ConfigMap, bytes. */
export const LARGEST_CONFIG_MAP = 1024 * 1024;

/** A file of the repository for a program, or why it cannot be used. */
export type GivenFile =
  | { readonly bytes: number; readonly content: FileContent }
  | { readonly code: Code; readonly problem: string; readonly remedy: string };

/** Gives a file of the repository by its path, with forward slashes. */
export type GivenFiles = (path: string) => GivenFile;

/** Nothing but the stack file can be read. */
export const NO_GIVEN_FILES: GivenFiles = () => ({
  code: 'MG012',
  problem: 'no other files can be read here',
  remedy: 'correct the path, or add the file',
});

/** The files for one program, as they are written. */
export interface WrittenFiles {
  /** From the root of the stack file: `['synapse', 'extraFiles']`. */
  readonly path: Path;
  readonly place: ExtraFilesPlace;
  /** By their path in the container, sorted. */
  readonly files: readonly (readonly [string, z.infer<typeof extraFilesField>[string]])[];
}

/** The files of every program that the stack has. */
export function writtenFiles(written: StackFile): readonly WrittenFiles[] {
  return COMPONENT_NAMES.flatMap((name) =>
    components[name].extraFiles.flatMap((place) => {
      const path = [name, ...place.at];
      const read = extraFilesField.safeParse(valueAt(written, path));
      if (!read.success || valueAt(written, [name, 'enabled']) === false) return [];
      return [{ path, place, files: Object.entries(read.data).sort(([a], [b]) => compareText(a, b)) }];
    }),
  );
}

/** A setting that is a file of the repository, as it is written. */
export interface WrittenSetting {
  /** From the root of the stack file: `['element', 'branding', 'logo']`. */
  readonly path: Path;
  readonly setting: FileSetting;
  /** As it is written, and where the program finds it. */
  readonly file: string;
  readonly target: string;
}

/** The settings that are files, of every program that the stack has. */
export function writtenSettings(written: StackFile): readonly WrittenSetting[] {
  return COMPONENT_NAMES.flatMap((name) =>
    components[name].fileSettings.flatMap((setting) => {
      const path = [name, ...setting.at];
      const group = valueAt(written, path);
      const file = valueAt(group, ['file']);
      if (typeof file !== 'string' || valueAt(written, [name, 'enabled']) === false) return [];
      // A second source is an error of its own.
      if (Object.keys(data(group)).length > 1) return [];
      return [{ path, setting, file, target: fileTarget(setting, file) }];
    }),
  );
}

/** What came of reading the files for all programs: those that can be used, and what is wrong with the others. */
export interface ReadFiles {
  readonly files: readonly ExtraFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads what the stack file names. A path counts from the folder of the file that writes it. */
export function readExtraFiles(written: StackFile, source: YamlSource, given: GivenFiles): ReadFiles {
  const totals = new Map<string, number>();
  const all = [
    ...writtenSettings(written).map((one) => readSetting(one, source, given, totals)),
    ...writtenFiles(written).map((one) => readFiles(one, source, given, totals)),
  ];
  return {
    files: all.flatMap(({ files }) => files),
    diagnostics: all.flatMap(({ diagnostics }) => diagnostics),
  };
}

/** @param totals bytes by workload, which grow with what is read */
function readSetting(
  { path, setting, file, target }: WrittenSetting,
  source: YamlSource,
  given: GivenFiles,
  totals: Map<string, number>,
): ReadFiles {
  const { workload } = setting;
  const at = [...path, 'file'];
  const position = source.at(at);
  const name = posix.normalize(posix.join(posix.dirname(position.file), file));
  const one = given(name);
  if ('problem' in one) {
    const { code, problem, remedy } = one;
    return { files: [], diagnostics: [{ position, code, what: `cannot read ${name}: ${problem}`, remedy }] };
  }
  const flaw = fileFlaw(setting, file, bytesOf(one.content));
  if (flaw !== undefined) {
    const { code, what, remedy } = flaw;
    return { files: [], diagnostics: [{ position, code, what: `${name} ${what}`, remedy }] };
  }
  totals.set(workload, (totals.get(workload) ?? 0) + one.bytes);
  return {
    files: [{ workload, path: target, at: path, from: { kind: 'content', content: one.content } }],
    diagnostics: [],
  };
}

function bytesOf(content: FileContent): Buffer {
  return 'text' in content ? Buffer.from(content.text) : Buffer.from(content.base64, 'base64');
}

/** @param totals bytes by workload, which grow with what is read */
function readFiles(
  { path, place, files }: WrittenFiles,
  source: YamlSource,
  given: GivenFiles,
  totals: Map<string, number>,
): ReadFiles {
  const { workload } = place;
  const found: ExtraFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [target, { file, text, fromSecret, key }] of files) {
    const at = [...path, target];
    // Any other number of them is an error of its own.
    if ([file, text, fromSecret].filter((one) => one !== undefined).length !== 1) continue;
    if (fromSecret !== undefined) {
      if (key !== undefined) {
        found.push({ workload, path: target, at, from: { kind: 'secret', secret: fromSecret, key } });
      }
      continue;
    }
    const where = [...at, file === undefined ? 'text' : 'file'];
    const position = source.at(where);
    const name =
      file === undefined ? dotted(where) : posix.normalize(posix.join(posix.dirname(position.file), file));
    const one = file === undefined ? givenBytes(Buffer.from(text ?? '')) : given(name);
    if ('problem' in one) {
      const { code, problem, remedy } = one;
      diagnostics.push({ position, code, what: `cannot read ${name}: ${problem}`, remedy });
      continue;
    }
    const total = (totals.get(workload) ?? 0) + one.bytes;
    totals.set(workload, total);
    if (total > LARGEST_CONFIG_MAP) {
      diagnostics.push({
        position,
        code: 'MG132',
        what: `with ${name} (${countText(one.bytes)} bytes), the files for ${workload} have ${countText(total)} bytes in total: a ConfigMap holds at most ${countText(LARGEST_CONFIG_MAP)}`,
        remedy: 'use smaller files, or serve the large ones from another server',
      });
      // What else there is need not be read.
      break;
    }
    found.push({ workload, path: target, at, from: { kind: 'content', content: one.content } });
  }
  return { files: found, diagnostics };
}

/** The bytes of a file as they are given to a program. */
export function givenBytes(bytes: Uint8Array): GivenFile {
  return { bytes: bytes.length, content: fileContent(bytes) };
}
