import type { Code } from '../codes.ts';
import type { Path } from '../reading/yaml-source.ts';
import type { StackFile } from '../schema.ts';
import type { Stack } from '../stack.ts';

/** Something that several fields together get wrong. */
export interface CheckFinding {
  readonly code: Code;
  /** The field to change. */
  readonly at: Path;
  /** The other field it clashes with. */
  readonly other?: Path;
  /** A field that is missing: nothing is said where what is written there is wrong already. */
  readonly missing?: Path;
  readonly what: string;
  readonly remedy: string;
}

/** A rule over several fields. It sees the file as written and what it resolves to. */
export type Check = (written: StackFile, stack: Stack) => readonly CheckFinding[];
