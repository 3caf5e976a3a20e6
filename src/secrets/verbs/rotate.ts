import { suggestion } from '../../plain/nearest.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { sourcesOf } from '../../system/composed.ts';
import type { SecretKey, SecretSpec } from '../../system/secrets.ts';
import { newRevision } from '../annotations.ts';
import { type Keys, presentValue } from '../present-value.ts';
import { SecretsProblem } from '../problem.ts';
import { filesOf, lackingPlaces, type SecretsState } from '../state.ts';
import { generate } from '../values/generate.ts';
import { oldSigningKey, readSigningKey } from '../values/signing-key.ts';
import type { SecretValue } from '../values/value.ts';
import type { Wish } from './change.ts';
import { firstWish, givenWish, keyName, notGiven } from './create.ts';
import { checkTls } from './tls.ts';

/** With what values are replaced. */
export interface RotateOptions extends Keys {
  /** Values that the operator gave, by {@link keyName}. */
  readonly given: ReadonlyMap<string, SecretValue>;
  /** Asks the operator for what only they know; undefined where they leave it out. */
  readonly ask: (secret: SecretSpec, key: SecretKey) => Promise<SecretValue | undefined>;
  /** The signing key that is to be replaced, where it cannot be opened here. */
  readonly oldSigningKey: SecretValue | undefined;
  readonly now: Date;
}

/** A key to be replaced, and its Secret. */
export interface RotatedKey {
  readonly secret: SecretSpec;
  readonly key: SecretKey;
}

/**
 * Finds keys by name: `synapse-secrets/form-secret`, or `form-secret` where only one Secret has such a key.
 *
 * @throws SecretsProblem
 */
export function findKeys(secrets: readonly SecretSpec[], names: readonly string[]): readonly RotatedKey[] {
  const all = secrets.flatMap((secret) => secret.keys.map((key) => ({ secret, key })));
  const found = names.map((name, index) => {
    const fitting = all.filter(({ secret, key }) => name === keyName(secret, key) || name === key.key);
    const [first] = fitting;
    if (first !== undefined && fitting.length === 1) return first;
    const known = (fitting.length > 0 ? fitting : all).map(({ secret, key }) => keyName(secret, key));
    if (first !== undefined) {
      throw new SecretsProblem(
        `more than one Secret has a key "${name}"`,
        `write one of ${known.join(', ')}`,
      );
    }
    const which =
      names.length > 1 ? `key number ${index + 1} on the command line` : 'the key on the command line';
    throw new SecretsProblem(
      `no Secret has ${which} (not repeated here: it may be a value in the wrong place)`,
      `${suggestion(name, known)}write one of ${known.join(', ')}`,
    );
  });
  return [...new Set(found)];
}

/**
 * Those of the keys that have no value yet, and may be named beside keys that have one: a file is composed of both. So a
 * file whose parts nothing here can open gets another part.
 */
export function joiningKeys(
  keys: readonly RotatedKey[],
  secrets: readonly SecretSpec[],
  state: SecretsState,
): readonly RotatedKey[] {
  const isNew = ({ secret, key }: RotatedKey): boolean =>
    lackingPlaces(state, secret, key).length === secret.places.length;
  const groups = secrets.flatMap((secret) =>
    secret.keys.map((key) =>
      sourcesOf(secret, key).map((source) => keyName({ name: source.secret }, source)),
    ),
  );
  const present = keys.filter((one) => !isNew(one)).map(({ secret, key }) => keyName(secret, key));
  return keys.filter(
    (one) =>
      isNew(one) &&
      groups.some(
        (group) => group.includes(keyName(one.secret, one.key)) && group.some((it) => present.includes(it)),
      ),
  );
}

/**
 * First values for keys that have none, by name.
 *
 * @throws SecretsProblem
 */
export async function planFirst(
  keys: readonly RotatedKey[],
  state: SecretsState,
  options: RotateOptions,
): Promise<readonly Wish[]> {
  const wishes: Wish[] = [];
  for (const { secret, key } of keys) {
    const wish = await firstWish(secret, key, state, options);
    if (wish === undefined) throw onlyYouKnow(secret, key);
    wishes.push(wish);
  }
  return wishes;
}

/**
 * New values for keys that have one, in any of their places: each is one for all places.
 *
 * @throws SecretsProblem
 */
export async function planRotate(
  keys: readonly RotatedKey[],
  state: SecretsState,
  options: RotateOptions,
): Promise<readonly Wish[]> {
  const wishes: Wish[] = [];
  for (const { secret, key } of keys) {
    const name = keyName(secret, key);
    if (key.form.kind === 'composed') throw notGiven(secret, key);
    if (lackingPlaces(state, secret, key).length === secret.places.length) {
      throw new SecretsProblem(`${name} has no value yet`, `make it with ${ownCommand('secrets create')}`);
    }
    const given =
      options.given.get(name) ??
      (key.form.kind === 'given' || key.form.kind === 'entered' ? await options.ask(secret, key) : undefined);
    const wish = given === undefined ? madeWish(secret, key) : givenWish(secret, key, given, options.now);
    wishes.push(key.form.kind === 'synapse-signing-key' ? await keepingOldKey(wish, state, options) : wish);
  }
  for (const secret of new Set(keys.map((one) => one.secret))) {
    checkTls(
      secret,
      wishes.filter((wish) => wish.secret === secret),
      [],
      options.now,
    );
  }
  return wishes;
}

/** @throws SecretsProblem where it cannot be made */
function madeWish(secret: SecretSpec, key: SecretKey): Wish {
  const value = generate(key.form);
  if (value !== undefined) return { secret, key, value, origin: 'made', revision: newRevision() };
  throw onlyYouKnow(secret, key);
}

function onlyYouKnow(secret: SecretSpec, key: SecretKey): SecretsProblem {
  const name = keyName(secret, key);
  return new SecretsProblem(`only you know the new value of ${name}`, `give it: --from-file ${name}=FILE`);
}

/** What other servers believe of old messages hangs on the old key: it goes on being published, never forgotten. */
async function keepingOldKey(wish: Wish, state: SecretsState, options: RotateOptions): Promise<Wish> {
  const nowMs = options.now.getTime();
  const old = options.oldSigningKey ?? (await presentValue(wish.secret, wish.key, state, options));
  if (old === undefined) {
    throw new SecretsProblem(
      `${keyName(wish.secret, wish.key)} cannot be replaced without the old key: its public half has to stay published, or other servers can no longer check anything this one has signed, and its rooms fall apart`,
      'give the old key with --old-signing-key FILE (kubectl -n NAMESPACE get secret reads it from the cluster), or the private key of its copy in escrow with --identity',
    );
  }
  const retired = oldSigningKey(old, nowMs);
  // The same key given again, so that a copy of it comes into escrow: nothing is retired.
  if (retired.key === oldSigningKey(wish.value, nowMs).key) return wish;
  const oldSigningKeys = [...(wish.oldSigningKeys ?? []), retired];
  const { id } = readSigningKey(wish.value, nowMs);
  const before = filesOf(state, wish.secret).flatMap((file) => file.oldSigningKeys);
  const used = [...before, ...oldSigningKeys];
  if (used.every((one) => one.id !== id)) return { ...wish, oldSigningKeys };
  if (wish.origin !== 'made') {
    throw new SecretsProblem(
      'the new signing key has the same version as an old one, and other servers know keys by their versions',
      'give another key, or let one be generated',
    );
  }
  wish.value.wipe();
  return await keepingOldKey(madeWish(wish.secret, wish.key), state, options);
}
