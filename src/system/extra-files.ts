import * as z from 'zod';
import { shortText } from '../stack/fields.ts';
import { notRepeated } from '../stack/reading/not-repeated.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import { type SecretUse, secretReference } from './secret-use.ts';

/** Files for one program: each is mounted by itself. */
const MOST = 100;

/** Each part is a plain name, so that a key of a ConfigMap can be made from it, and none is `.` or begins with `..`. */
const containerPath = z
  .string()
  .max(200, { abort: true, message: 'write at most 200 characters' })
  .regex(
    /^(?:\/(?!\.(?:\/|$|\.))[A-Za-z0-9._-]+)+$/,
    'write the absolute path of a file in the container, with only letters, digits, dots, dashes and underscores, such as /extra/logo.svg',
  );

/** A file of the repository, as a setting names it. */
export const repositoryPath = shortText.regex(
  /^(?![/~])[A-Za-z0-9._/-]*[A-Za-z0-9_-]$/,
  'write the path of a file, relative to the folder of this one, with only letters, digits, dots, dashes and underscores, such as files/logo.svg',
);

/** Exactly one of `file`, `text` and `fromSecret`; see checks/extra-files.ts (a union would lose the line of a wrong key). */
const extraFile = z.strictObject({
  file: repositoryPath
    .optional()
    .describe(
      'A file in this repository; the path is relative to the folder of this file. It is copied into a ConfigMap.',
    ),
  text: z.string().optional().describe('The content of the file.'),
  fromSecret: secretReference.shape.fromSecret.optional(),
  key: secretReference.shape.key.optional().describe('The key of that Secret; its value is the whole file.'),
});
notRepeated.add(extraFile, {
  remedy: 'write {file: PATH}, {fromSecret: NAME, key: KEY} or {text: TEXT}',
});

/** Files that the stack file adds to a program's container, by their path there. */
export const extraFilesField = z
  .record(containerPath, extraFile)
  .refine((files) => Object.keys(files).length <= MOST, `write at most ${MOST} files`)
  .describe(
    "Files for the program's container, by their path there: templates, logos, registrations, certificates. Files from this repository go into a ConfigMap, which holds at most 1,048,576 bytes in total; secret files come from a Secret.",
  );

/** Where the stack file takes files for a program. */
export interface ExtraFilesPlace {
  /** Where it is, below the component's key: `['extraFiles']`. */
  readonly at: Path;
  /** The workload whose container gets them. */
  readonly workload: string;
  /** Files and folders that this stack mounts there, or that the program makes by itself; a `*` ends any name. */
  readonly taken: readonly string[];
  /** Folders of the image that may get more files: an option may name what the image has there. @default - none */
  readonly inImage?: readonly string[];
  /** Folders whose files would have no effect in this stack, and what does the same. @default - none */
  readonly unread?: readonly { readonly path: string; readonly why: string; readonly instead: string }[];
  /** Files and folders that the program shows to everybody: nothing secret may be there. @default - none */
  readonly served?: readonly string[];
}

/** What is in a file: as text that people can read in a review, or anything else as Base64. */
export type FileContent = { readonly text: string } | { readonly base64: string };

/** A file that the stack file adds to a program's container. */
export interface ExtraFile {
  readonly workload: string;
  /** Its path in the container. */
  readonly path: string;
  /** Where the stack file says so. */
  readonly at: Path;
  readonly from:
    | { readonly kind: 'content'; readonly content: FileContent }
    | { readonly kind: 'secret'; readonly secret: string; readonly key: string };
}

/** What YAML would not show as a block of lines, or not give back as it is: a mark at the beginning, other line ends. */
const UNREADABLE = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufeff\ufffe\uffff]/u;

/** The bytes of a file as a ConfigMap takes them, without any change. */
export function fileContent(bytes: Uint8Array): FileContent {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const isReadable = !UNREADABLE.test(text) && !text.startsWith('\t') && Buffer.from(text).equals(buffer);
  return isReadable ? { text } : { base64: buffer.toString('base64') };
}

/** Name of the ConfigMap with the files of this repository for a workload. */
export function extraFilesMap(workload: string): string {
  return `${workload}-files`;
}

/** The files of one workload, by their path, each with a name that no other one of them has. */
export function namedFiles(
  files: readonly ExtraFile[],
  workload: string,
): readonly (ExtraFile & { readonly name: string })[] {
  const taken = new Set<string>();
  return files
    .filter((file) => file.workload === workload)
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((file) => {
      let name = file.path.slice(1).replaceAll('/', '_');
      // `/a/b_c` and `/a_b/c`; and no object can be rendered with a key `constructor`.
      while (taken.has(name) || name in {}) name = `_${name}`;
      taken.add(name);
      return { ...file, name };
    });
}

/** The keys of Secrets among them. */
export function secretsIn(files: readonly ExtraFile[]): readonly SecretUse[] {
  return files.flatMap(({ workload, at, from }) =>
    from.kind === 'secret' ? [{ workload, secret: from.secret, key: from.key, at }] : [],
  );
}
