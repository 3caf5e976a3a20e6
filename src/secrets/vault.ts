import type { OldSigningKey, SecretFile } from '../system/secret-files.ts';
import type { SecretSpec } from '../system/secrets.ts';
import type { SecretValue } from './values/value.ts';

/** A value to be encrypted, with what is to be known about it. */
export interface NewValue {
  readonly value: SecretValue;
  readonly revision: string;
  /** When it was made, in ISO 8601. */
  readonly made: string;
  /** What it was composed of. Composed values only. */
  readonly recipe?: string;
}

/** What is to change about one Secret in one of its places. */
export interface SecretChange {
  /** By key; all other keys stay byte for byte. */
  readonly values: ReadonlyMap<string, NewValue>;
  /** Keys that Synapse signed with until now. */
  readonly oldSigningKeys: readonly OldSigningKey[];
}

/** A Secret in one of its places. */
export interface Target {
  readonly spec: SecretSpec;
  readonly namespace: string;
}

/** How a provider turns values into files that may be committed. */
export interface Vault {
  /**
   * The text of a Secret's file for one place, with a change in it.
   *
   * @param before the file that is there; undefined for a new one
   * @throws SecretsProblem, before anything has changed
   */
  change(target: Target, before: SecretFile | undefined, change: SecretChange): Promise<string>;
}

/**
 * Opens the values of a file; undefined where this provider, or whoever runs the program, cannot.
 *
 * @throws SecretsProblem
 */
export type Open = (file: SecretFile) => Promise<ReadonlyMap<string, SecretValue> | undefined>;
