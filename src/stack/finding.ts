import type { Code } from './codes.ts';
import type { Path } from './reading/yaml-source.ts';

/** Something that several fields together get wrong. */
export interface CheckFinding {
  readonly code: Code;
  /** The field to change. */
  readonly at: Path;
  /** The other field it clashes with. */
  readonly other?: Path;
  /** True where one of both must go: which is not easy to see where another file has one of them. */
  readonly either?: true;
  /** A field that is missing: nothing is said where what is written there, or around it, is wrong already. */
  readonly missing?: Path;
  readonly what: string;
  readonly remedy: string;
}
