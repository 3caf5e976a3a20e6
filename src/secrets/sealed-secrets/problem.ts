import type { Position } from '../../stack/diagnostic.ts';

/** Something wrong with a file of sealing, with its place and the way out. Quotes no value, ever. */
export interface Problem<Kind extends string> {
  readonly kind: Kind;
  readonly position: Position;
  /** What is wrong. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
}
