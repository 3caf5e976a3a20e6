import type { Stack } from '../../../../charts/stack/stack.ts';
import type { Keys } from '../../../secrets/present-value.ts';
import {
  type CiphertextKind,
  keepsCiphertext,
  type ProviderOf,
  type SecretProvider,
} from '../../../system/providers/index.ts';
import type { SecretsOptions } from '../options.ts';
import type { StackSecrets } from '../result.ts';
import type { Opened, Work } from '../work.ts';
import type { Keeper } from './keeper.ts';
import { sealedKeeper } from './sealed-secrets/keeper.ts';
import { sopsKeeper } from './sops.ts';

/** What the verbs do with the files of each provider that keeps ciphertext in the repository. */
const KEEPERS: { readonly [K in CiphertextKind]: Keeper<ProviderOf<K>> } = {
  'sealed-secrets': sealedKeeper,
  sops: sopsKeeper,
};

type Kept = ProviderOf<CiphertextKind>;

/** @throws when the values are elsewhere: then no verb comes this far */
function keeperOf(provider: SecretProvider): { readonly keeper: Keeper<Kept>; readonly own: Kept } {
  if (!keepsCiphertext(provider)) throw new Error(`${provider.kind} has no ciphertext here`);
  const known: Readonly<Record<CiphertextKind, Keeper<Kept>>> = KEEPERS;
  return { keeper: known[provider.kind], own: provider };
}

/** Certificates and recipients that the files of a stack name. What is wrong with a file is said when it is used. */
export async function namedBy(
  stack: Pick<Stack, 'name' | 'provider'>,
  options: SecretsOptions,
): Promise<readonly string[]> {
  const { keeper, own } = keeperOf(stack.provider);
  return await keeper.named(stack, own, options);
}

/**
 * Finds out whom to encrypt for, all of whom the person at the computer has accepted.
 *
 * @throws EnvironmentProblem, SecretsProblem, ClusterProblem where there is nothing to encrypt for
 */
export async function openVault(work: Work, options: SecretsOptions): Promise<Opened> {
  const { keeper, own } = keeperOf(work.stack.provider);
  return await keeper.open(work, own, options);
}

/** With what the values of a stack can be opened here: its files and the copies in escrow, with a private key. */
export function keysOf({ stack, identities }: Pick<Work, 'stack' | 'identities'>): Keys {
  const { keeper } = keeperOf(stack.provider);
  return { open: keeper.opens(identities), identities };
}

/** Encrypts the same values again. */
export async function reseal(work: Work, options: SecretsOptions): Promise<Partial<StackSecrets>> {
  const { keeper, own } = keeperOf(work.stack.provider);
  return await keeper.reseal(work, own, options);
}

/** How the value of each key is, in each of its places, and for whom it is encrypted. Writes nothing. */
export async function keptStatus(
  work: Work,
  options: SecretsOptions,
): Promise<Pick<StackSecrets, 'status' | 'recipients'>> {
  const { keeper, own } = keeperOf(work.stack.provider);
  return await keeper.status(work, own, options);
}
