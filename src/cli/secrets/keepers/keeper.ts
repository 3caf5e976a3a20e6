import type { Stack } from '../../../../charts/stack/stack.ts';
import type { Identity } from '../../../secrets/age.ts';
import type { Open } from '../../../secrets/vault.ts';
import type { SecretsOptions } from '../options.ts';
import type { StackSecrets } from '../result.ts';
import type { Opened, Work } from '../work.ts';

/** What the verbs do with the files that one provider keeps in the repository. */
export interface Keeper<Own> {
  /** Certificates and recipients that these files, and the stack file, name: by fingerprint, and as they are. */
  named(stack: Pick<Stack, 'name'>, own: Own, options: SecretsOptions): Promise<readonly string[]>;
  /**
   * Finds out whom to encrypt for, all of whom the person at the computer has accepted.
   *
   * @throws EnvironmentProblem, SecretsProblem, ClusterProblem where there is nothing to encrypt for
   */
  open(work: Work, own: Own, options: SecretsOptions): Promise<Opened>;
  /** Opens what is there with private keys of age, as far as those can. */
  opens(identities: readonly Identity[]): Open;
  /** Encrypts the same values again, for whom the stack file names now. */
  reseal(work: Work, own: Own, options: SecretsOptions): Promise<Partial<StackSecrets>>;
  /** How each value is, and for whom it is encrypted. Writes nothing. */
  status(work: Work, own: Own, options: SecretsOptions): Promise<Pick<StackSecrets, 'status' | 'recipients'>>;
}
