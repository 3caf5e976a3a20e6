/**
 * What this release of the tool knows how to configure: which image, the shape of a tag, and the oldest it fits.
 * Sources: the upgrade notes of each project.
 */
export interface KnownReleases {
  /** The name that the image has in every registry, mirrors too: the last part of the repository. */
  readonly program: string;
  /** Groups are the numbers to compare, most significant first. */
  readonly tag: RegExp;
  readonly atLeast: readonly number[];
  readonly example: string;
  /** Why older ones do not fit. */
  readonly because: string;
}
