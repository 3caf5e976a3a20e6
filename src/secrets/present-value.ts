import type { SecretKey, SecretSpec } from '../system/secrets.ts';
import type { Identity } from './age.ts';
import { openCopy } from './escrow.ts';
import { copiesOf, filesOf, type SecretsState } from './state.ts';
import type { SecretValue } from './values/value.ts';
import type { Open } from './vault.ts';

/** With what values that are there can be opened. */
export interface Keys {
  readonly open: Open;
  /** Private keys of age that open copies in escrow. */
  readonly identities: readonly Identity[];
}

/**
 * The value that a key has now, in whichever place it can be opened, or from its copy in escrow; undefined where
 * nothing here can open it.
 *
 * @throws SecretsProblem
 */
export async function presentValue(
  secret: Pick<SecretSpec, 'name'>,
  { key }: Pick<SecretKey, 'key'>,
  state: SecretsState,
  { open, identities }: Keys,
): Promise<SecretValue | undefined> {
  const files = filesOf(state, secret).filter(({ keys }) => Object.hasOwn(keys, key));
  for (const file of files) {
    const opened = await open(file);
    if (opened === undefined) continue;
    for (const [name, value] of opened) if (name !== key) value.wipe();
    const value = opened.get(key);
    if (value !== undefined) return value;
  }
  const revisions = files.map((file) => file.keys[key]?.revision);
  const copy = copiesOf(state, secret, { key }).find(({ revision }) => revisions.includes(revision));
  return copy === undefined || identities.length === 0 ? undefined : await openCopy(copy, identities);
}
