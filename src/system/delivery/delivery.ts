import type { Phrase } from '../../plain/phrase.ts';

/** An annotation by which an object says what is not to be done with it. */
export interface Mark {
  readonly key: string;
  readonly value: string;
}

/**
 * A way in which the files of dist/ reach the cluster: everything about it but the files that only it reads, which are
 * in charts/delivery/. All of them work on the same files, so that what one needs is there for all.
 */
export interface Delivery {
  /** What people call it. */
  readonly title: string;
  /**
   * The folder below dist/ with the files of all stacks that only it reads, such as `flux/STACK.yaml`; no stack can have
   * its name. @default - it reads the folder of the stack alone
   */
  readonly folder?: { readonly name: string; readonly holds: string };
  /**
   * What keeps it from removing an object whose file is gone, and what a person has to know of that, as a part of a
   * sentence. @default - it removes nothing
   */
  readonly neverPrune?: Mark & { readonly otherwise: string };
  /** What keeps it from putting values in place of `${…}`. @default - it never does */
  readonly noSubstitution?: Mark & { changes(text: string): boolean };
  /** Whether it opens encrypted files before it applies them; otherwise it has to leave them out. */
  readonly decrypts: boolean;
  /** The program that the cluster has to have for it. @default - none */
  readonly needs?: { readonly program: string; readonly for: Phrase; readonly release: Phrase };
}
