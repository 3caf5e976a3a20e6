import { countText, LIMITS } from '../../stack/limits.ts';
import { hasKey, type OldSigningKey, type SecretFile, secretFileName } from '../../system/secret-files.ts';
import type { SecretKey, SecretSpec } from '../../system/secrets.ts';
import { escrowText } from '../escrow.ts';
import { escrowPath } from '../escrow-files.ts';
import { SecretsProblem } from '../problem.ts';
import { copiesOf, fileFor, fileName, filesOf, type SecretsState } from '../state.ts';
import type { SecretValue } from '../values/value.ts';
import type { NewValue, Vault } from '../vault.ts';

/** Where a value comes from. */
export type Origin = 'made' | 'given' | 'restored' | 'composed';

/** A value that a key is to have: one, in however many places. */
export interface Wish {
  readonly secret: SecretSpec;
  readonly key: SecretKey;
  readonly value: SecretValue;
  readonly origin: Origin;
  /** Its own for a new value; that of before for one that is only encrypted again. */
  readonly revision: string;
  /** The namespaces to encrypt it for. @default - all that need the Secret */
  readonly places?: readonly string[];
  /** When it was made, in ISO 8601. @default now */
  readonly made?: string;
  /** What it was composed of. Composed values only. */
  readonly recipe?: string;
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
 * Encrypts values into the files of their Secrets, one for each place, and their copies for escrow, one for each
 * value. Writes nothing.
 *
 * @throws SecretsProblem, with nothing changed
 */
export async function changeFolder(wishes: readonly Wish[], context: ChangeContext): Promise<FolderChange> {
  const { state, vault, escrow, now } = context;
  const texts = new Map<string, string>();
  const unwanted = new Set<string>();
  const expected = new Map<string, string | undefined>();
  for (const secret of new Set(wishes.map((wish) => wish.secret))) {
    const own = wishes.filter((wish) => wish.secret === secret);
    for (const { key, value, revision } of own) {
      if (escrow.length > 0) {
        texts.set(escrowPath(secret.name, key.key, revision), await escrowText(value, escrow));
      }
      for (const { path } of copiesOf(state, secret, key)) unwanted.add(path);
    }
    const moved = state.elsewhere.filter(({ name }) => name === secret.name);
    const oldSigningKeys = distinct([
      ...[...moved, ...filesOf(state, secret)].flatMap((file) => file.oldSigningKeys),
      ...own.flatMap((wish) => wish.oldSigningKeys ?? []),
    ]);
    for (const { namespace } of secret.places) {
      const values = valuesIn(own, namespace, now);
      if (values.size === 0) continue;
      const before = fileFor(state, secret, namespace);
      const path = before === undefined ? freePath(secret, namespace, state) : fileName(before);
      const text = await vault.change({ spec: secret, namespace }, before, { values, oldSigningKeys });
      if (text.length > LIMITS.fileLength) throw tooLarge(secret, path);
      texts.set(path, text);
      expected.set(path, (before ?? moved.find((file) => fileName(file) === path))?.text);
    }
    // What opens nowhere else any more was needed only as long as not every place had its own.
    if (!isComplete(secret, own, state)) continue;
    for (const file of moved) {
      const path = fileName(file);
      if (texts.has(path)) continue;
      unwanted.add(path);
      expected.set(path, file.text);
    }
  }
  for (const path of texts.keys()) unwanted.delete(path);
  return { texts, unwanted, expected };
}

/** What is written has to be read again. */
function tooLarge({ name }: SecretSpec, path: string): SecretsProblem {
  return new SecretsProblem(
    `the file ${path} would have more than ${countText(LIMITS.fileLength)} characters, which nothing here reads`,
    `give ${name} less: put some of its keys into another Secret`,
  );
}

function isFor({ places }: Wish, namespace: string): boolean {
  return places === undefined || places.includes(namespace);
}

/** What one place gets, by key. */
function valuesIn(wishes: readonly Wish[], namespace: string, now: Date): ReadonlyMap<string, NewValue> {
  return new Map(
    wishes
      .filter((wish) => isFor(wish, namespace))
      .map(({ key, value, revision, made = now.toISOString(), recipe }) => [
        key.key,
        { value, revision, made, ...(recipe === undefined ? {} : { recipe }) },
      ]),
  );
}

/** Whether every place has every key, once the wishes are carried out. */
function isComplete(secret: SecretSpec, wishes: readonly Wish[], state: SecretsState): boolean {
  return secret.places.every(({ namespace }) => {
    const file = fileFor(state, secret, namespace);
    return secret.keys.every(
      ({ key }) => hasKey(file, key) || wishes.some((wish) => wish.key.key === key && isFor(wish, namespace)),
    );
  });
}

/**
 * Name of a new file: the one that the place has by rule, unless a file that is needed has it, as after the main
 * place has become another one.
 */
function freePath(secret: SecretSpec, namespace: string, { needed, unneeded }: SecretsState): string {
  const others: readonly SecretFile[] = [...needed, ...unneeded];
  const names = [secretFileName(secret, namespace), `${secret.name}@${namespace}.yaml`];
  const free = names.find((path) => others.every((file) => fileName(file) !== path));
  if (free !== undefined) return free;
  const [taken = ''] = names;
  throw new SecretsProblem(
    `the file ${taken} has another Secret in it than its name says, and is needed for ${secret.name} in ${namespace}`,
    'rename that file',
  );
}

/** Each key once, as the last one says. */
function distinct(keys: readonly OldSigningKey[]): readonly OldSigningKey[] {
  return [...new Map(keys.map((key) => [key.id, key])).values()];
}
