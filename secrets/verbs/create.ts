import { isKeptByOthers } from '../../model/kept-secrets.ts';
import type { SecretKey, SecretSpec } from '../../model/secrets.ts';
import { type Identity, NAME_IDENTITY } from '../age.ts';
import { openCopy } from '../escrow.ts';
import { SecretsProblem } from '../problem.ts';
import { copiesOf, keptOf, movedOf, type SecretsState } from '../state.ts';
import { accept } from '../values/accept.ts';
import { generate } from '../values/generate.ts';
import type { SecretValue } from '../values/value.ts';
import type { Wish } from './change.ts';
import { checkTls } from './tls.ts';

/** A key of a Secret, as people name it: `synapse-secrets/form-secret`. */
export function keyName(secret: Pick<SecretSpec, 'name'>, { key }: Pick<SecretKey, 'key'>): string {
  return `${secret.name}/${key}`;
}

/** With what missing values are made. */
export interface CreateOptions {
  /** Values that the operator gave, by {@link keyName}. */
  readonly given: ReadonlyMap<string, SecretValue>;
  /** Asks the operator for what only they know; undefined where they leave it out. */
  readonly ask: (secret: SecretSpec, key: SecretKey) => Promise<SecretValue | undefined>;
  /** Private keys of age that open copies in escrow. */
  readonly identities: readonly Identity[];
  readonly now: Date;
}

/** What is to be kept, and what stays missing. */
export interface CreatePlan {
  readonly wishes: readonly Wish[];
  /** Keys that only the operator knows, by name. */
  readonly missing: readonly string[];
}

/**
 * Values for everything that a stack's Secrets lack: what the operator gives, what lies in escrow, or new ones.
 * What is there stays.
 *
 * @throws SecretsProblem
 */
export async function planCreate(
  secrets: readonly SecretSpec[],
  state: SecretsState,
  options: CreateOptions,
): Promise<CreatePlan> {
  const wishes: Wish[] = [];
  const missing: string[] = [];
  for (const secret of secrets) {
    const kept = keptOf(state, secret);
    const own: Wish[] = [];
    const lacking: string[] = [];
    for (const key of secret.keys) {
      const name = keyName(secret, key);
      const given = options.given.get(name);
      if (kept !== undefined && Object.hasOwn(kept.keys, key.key)) {
        if (given === undefined) continue;
        throw new SecretsProblem(
          `${name} already has a value`,
          `leave it out, or replace it: rotate ${name}`,
        );
      }
      const wish =
        given === undefined
          ? await without(secret, key, state, options)
          : givenWish(secret, key, given, options.now);
      if (wish === undefined) lacking.push(key.key);
      else own.push(wish);
    }
    checkTls(secret, own, lacking, options.now);
    wishes.push(...own);
    if (own.length === 0 && isKeptByOthers(state, secret)) continue;
    missing.push(...lacking.map((key) => keyName(secret, { key })));
  }
  return { wishes, missing };
}

/** A value that the operator gave, checked. */
export function givenWish(secret: SecretSpec, key: SecretKey, given: SecretValue, now: Date): Wish {
  try {
    const { value, oldSigningKeys } = accept(key.form, given, now.getTime());
    return { secret, key, value, origin: 'given', oldSigningKeys };
  } catch (error) {
    if (!(error instanceof SecretsProblem)) throw error;
    throw new SecretsProblem(`the value given for ${keyName(secret, key)}: ${error.what}`, error.remedy);
  }
}

async function without(
  secret: SecretSpec,
  key: SecretKey,
  state: SecretsState,
  { ask, identities, now }: CreateOptions,
): Promise<Wish | undefined> {
  const copies = copiesOf(state, secret, key);
  const [copy] = copies;
  if (copy !== undefined) {
    // A new value in the place of one that is only locked away would lose what cannot be made again.
    const name = keyName(secret, key);
    const places = copies.map(({ path }) => path).join(' and ');
    if (copies.length > 1) {
      throw new SecretsProblem(
        `${name} is missing, and there is more than one copy of it in escrow: ${places}`,
        'remove all but the one that the programs have',
      );
    }
    if (identities.length === 0) {
      throw new SecretsProblem(
        `${name} is missing, and there is a copy of it in escrow: ${places}`,
        `${NAME_IDENTITY} to restore it, or remove the copy to have a new value made`,
      );
    }
    const value = await openCopy(copy, identities);
    return { secret, key, value, origin: 'restored', revision: copy.revision };
  }
  const moved = movedOf(state, secret);
  if (moved !== undefined && Object.hasOwn(moved.keys, key.key)) {
    throw new SecretsProblem(
      `${keyName(secret, key)} has a value for the namespace ${moved.namespace} only, in ${moved.file}`,
      'put the namespace back, or give every value of that Secret (--from-file), or remove the file to have new ones made',
    );
  }
  const made = generate(key.form);
  if (made !== undefined) return { secret, key, value: made, origin: 'made' };
  const asked = await ask(secret, key);
  return asked === undefined ? undefined : givenWish(secret, key, asked, now);
}
