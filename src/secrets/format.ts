import type { Expected, Group } from './admission/shape.ts';
import type { ReadableText, ReadSecret } from './secret-text.ts';

/** The age recipients that a stack file names. */
export interface NamedRecipients {
  /** Of the files themselves; undefined where these are encrypted for somebody else. */
  readonly files: readonly string[] | undefined;
  /** Of the copies in escrow. */
  readonly escrow: readonly string[];
}

/** The files that a provider keeps in the repository, without what is in them. */
export interface Format<Own> {
  /** Reads what can be read without a key. Opens nothing. */
  read(text: ReadableText): ReadSecret;
  /** What may be in a file that is handed on to the cluster. */
  shape(expected: Expected): Group;
  /** Whether a text is one of its files: then the stack file names the wrong provider. */
  isOne(text: string): boolean;
  /** Such a file, in the middle of a sentence. */
  readonly title: string;
  /** How to get at its values, to hand them over to another provider; as the beginning of a sentence. */
  readonly values: string;
  recipients(own: Own): NamedRecipients;
}
