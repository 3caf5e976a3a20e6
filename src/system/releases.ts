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
  /** Newer ones that do not fit either, with the reason in the middle of a sentence. @default - none are known */
  readonly except?: { readonly tags: RegExp; readonly because: string };
}
