import type { OldSigningKey } from '../../model/kept-secrets.ts';
import type { SecretKey, SecretSpec } from '../../model/secrets.ts';
import { newRevision } from '../annotations.ts';
import { escrowText } from '../escrow.ts';
import { escrowPath } from '../escrow-files.ts';
import { copiesOf, fileName, keptOf, movedOf, type SecretsState } from '../state.ts';
import type { SecretValue } from '../values/value.ts';
import type { NewValue, Vault } from '../vault.ts';

/** Where a value comes from. */
export type Origin = 'made' | 'given' | 'restored';

/** A value that a key is to have. */
export interface Wish {
  readonly secret: SecretSpec;
  readonly key: SecretKey;
  readonly value: SecretValue;
  readonly origin: Origin;
  /** Of a value that has been kept before; a new one gets its own. */
  readonly revision?: string;
  /** When it was made, in ISO 8601. @default now */
  readonly made?: string;
  /** Keys that Synapse signed with before this one. */
  readonly oldSigningKeys?: readonly OldSigningKey[];
}

/** A change of a folder of ciphertext, to be written at once. */
export interface FolderChange {
  /** Text by path below the folder. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files to remove. */
  readonly unwanted: ReadonlySet<string>;
  /** What the files held that the texts were made from. */
  readonly expected: ReadonlyMap<string, string | undefined>;
}

/** With what wishes are carried out. */
export interface ChangeContext {
  readonly state: SecretsState;
  readonly vault: Vault;
  /** Public age keys that every value is encrypted to a second time. */
  readonly escrow: readonly string[];
  readonly now: Date;
}

/**
 * Encrypts values into the files of their Secrets, and their copies for escrow. Writes nothing.
 *
 * @throws SecretsProblem, with nothing changed
 */
export async function changeFolder(wishes: readonly Wish[], context: ChangeContext): Promise<FolderChange> {
  const { state, vault, escrow, now } = context;
  const texts = new Map<string, string>();
  const unwanted = new Set<string>();
  const expected = new Map<string, string | undefined>();
  const secrets = new Set(wishes.map(({ secret }) => secret));
  for (const secret of secrets) {
    const own = wishes.filter((wish) => wish.secret === secret);
    const values = new Map<string, NewValue>();
    for (const { key, value, revision = newRevision(), made = now.toISOString() } of own) {
      values.set(key.key, { value, revision, made });
      if (escrow.length > 0) {
        texts.set(escrowPath(secret.name, key.key, revision), await escrowText(value, escrow));
      }
      for (const { path } of copiesOf(state, secret, key)) unwanted.add(path);
    }
    const kept = keptOf(state, secret);
    const replaced = kept ?? movedOf(state, secret);
    const path = replaced === undefined ? `${secret.name}.yaml` : fileName(replaced);
    const oldSigningKeys = distinct([
      ...(replaced?.oldSigningKeys ?? []),
      ...own.flatMap((wish) => wish.oldSigningKeys ?? []),
    ]);
    texts.set(path, await vault.change(secret, kept, { values, oldSigningKeys }));
    expected.set(path, replaced?.text);
  }
  for (const path of texts.keys()) unwanted.delete(path);
  return { texts, unwanted, expected };
}

/** Each key once, as the last one says. */
function distinct(keys: readonly OldSigningKey[]): readonly OldSigningKey[] {
  return [...new Map(keys.map((key) => [key.id, key])).values()];
}
