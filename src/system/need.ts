import type { Phrase } from '../plain/phrase.ts';

/** A program that the cluster has to have. */
export interface Need {
  readonly program: string;
  readonly for: string;
  /** Which releases of it. */
  readonly release: Phrase;
}
