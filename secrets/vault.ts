import type { KeptSecret, OldSigningKey } from '../model/kept-secrets.ts';
import type { SecretSpec } from '../model/secrets.ts';
import type { SecretValue } from './values/value.ts';

/** A value to be kept, with what is to be known about it. */
export interface NewValue {
  readonly value: SecretValue;
  readonly revision: string;
  /** When it was made, in ISO 8601. */
  readonly made: string;
}

/** What is to change about one Secret. */
export interface SecretChange {
  /** By key; all other keys stay byte for byte. */
  readonly values: ReadonlyMap<string, NewValue>;
  /** Keys that Synapse signed with until now. */
  readonly oldSigningKeys: readonly OldSigningKey[];
}

/** How a provider turns values into files that may be committed. */
export interface Vault {
  /**
   * The text of a Secret's file with a change in it.
   *
   * @param kept what there is of it; undefined for a new one
   * @throws SecretsProblem, before anything has changed
   */
  change(spec: SecretSpec, kept: KeptSecret | undefined, change: SecretChange): Promise<string>;
  /**
   * The values of a Secret; undefined where this provider cannot open them.
   *
   * @throws SecretsProblem
   */
  open(kept: KeptSecret): Promise<ReadonlyMap<string, SecretValue> | undefined>;
}

/** The type of a Secret as Kubernetes knows it. */
export function typeOf({ certificateFor }: SecretSpec): string {
  return certificateFor === undefined ? 'Opaque' : 'kubernetes.io/tls';
}
