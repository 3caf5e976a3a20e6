import * as z from 'zod';
import type { Position } from '../stack/diagnostic.ts';
import { shortText } from '../stack/fields.ts';
import { LIMITS } from '../stack/limits.ts';
import type { Manifest } from '../stack/manifest.ts';
import type { Path } from '../stack/reading/path.ts';

/** `include:` of the stack file. */
export const includeSchema = z
  .array(
    shortText.regex(
      /^(?![/~])(?!.*[\\:]).+$/,
      'write the path of a YAML file or a folder, relative to the folder of this file, such as own/backup.yaml',
    ),
  )
  .min(1, 'name at least one file or folder, such as own/backup.yaml')
  .max(LIMITS.include, `name at most ${LIMITS.include} files and folders`);

/** An object that the operator adds to a stack, and where each part of it is written. */
export interface IncludedObject {
  readonly manifest: Manifest;
  /** Where the value at a path of the object is; for a path that is not written, where its nearest parent is. */
  at(path: Path): Position;
}

/** A file of plain manifests that a stack includes. */
export interface IncludedFile {
  /** Its path for messages, with forward slashes. */
  readonly file: string;
  /** In the order in which they are written. */
  readonly objects: readonly IncludedObject[];
}
