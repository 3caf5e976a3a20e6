import { sourcesOf } from '../../system/composed.ts';
import { isMadeByOthers } from '../../system/secret-files.ts';
import type { SecretKey, SecretSpec } from '../../system/secrets.ts';
import { NAME_IDENTITY } from '../age.ts';
import { newRevision } from '../annotations.ts';
import { openCopy } from '../escrow.ts';
import { type Keys, presentValue } from '../present-value.ts';
import { SecretsProblem } from '../problem.ts';
import { copiesOf, differs, filesOf, knownKey, lackingPlaces, movedOf, type SecretsState } from '../state.ts';
import { accept } from '../values/accept.ts';
import { generate } from '../values/generate.ts';
import type { SecretValue } from '../values/value.ts';
import type { Wish } from './change.ts';
import { checkTls } from './tls.ts';

/** What opens values that are there, in the words of a remedy that goes on. */
export const WITH_IDENTITY =
  'give the private age key that opens it or its copy in escrow, if there is one (--identity FILE); or ';

/** A key of a Secret, as people name it: `synapse-secrets/form-secret`. */
export function keyName(secret: Pick<SecretSpec, 'name'>, { key }: Pick<SecretKey, 'key'>): string {
  return `${secret.name}/${key}`;
}

/** With what missing values are made. */
export interface CreateOptions extends Keys {
  /** Values that the operator gave, by {@link keyName}. */
  readonly given: ReadonlyMap<string, SecretValue>;
  /** Asks the operator for what only they know; undefined where they leave it out. */
  readonly ask: (secret: SecretSpec, key: SecretKey) => Promise<SecretValue | undefined>;
  readonly now: Date;
}

/** Values to encrypt, and what stays missing. */
export interface CreatePlan {
  readonly wishes: readonly Wish[];
  /** Keys that only the operator knows, by name. */
  readonly missing: readonly string[];
}

/**
 * Values for everything that a stack's Secrets lack: what the operator gives, what lies in escrow, or new ones; for a
 * place that lacks what another one has, the same value. What is there stays. Composed values come later, from these.
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
    const own: Wish[] = [];
    const lacking: string[] = [];
    for (const key of secret.keys) {
      const name = keyName(secret, key);
      const given = options.given.get(name);
      if (key.form.kind === 'composed') {
        if (given !== undefined) throw notGiven(secret, key);
        continue;
      }
      const places = lackingPlaces(state, secret, key);
      if (places.length < secret.places.length) {
        if (given !== undefined) {
          throw new SecretsProblem(
            `${name} already has a value`,
            `remove the option that gives it, or replace the value: rotate ${name}`,
          );
        }
        if (places.length > 0) own.push(await sameElsewhere(secret, key, places, state, options));
        continue;
      }
      const wish = await firstWish(secret, key, state, options);
      if (wish === undefined) lacking.push(key.key);
      else own.push(wish);
    }
    checkTls(secret, own, lacking, options.now);
    wishes.push(...own);
    if (own.length === 0 && isMadeByOthers(state.needed, secret)) continue;
    missing.push(...lacking.map((key) => keyName(secret, { key })));
  }
  return { wishes, missing };
}

/** The first value of a key: what the operator gives, what lies in escrow, or a new one; undefined where there is none. */
export async function firstWish(
  secret: SecretSpec,
  key: SecretKey,
  state: SecretsState,
  options: CreateOptions,
): Promise<Wish | undefined> {
  const given = options.given.get(keyName(secret, key));
  return given === undefined
    ? await without(secret, key, state, options)
    : givenWish(secret, key, given, options.now);
}

/** A value that the operator gave, checked. */
export function givenWish(secret: SecretSpec, key: SecretKey, given: SecretValue, now: Date): Wish {
  try {
    const { value, oldSigningKeys } = accept(key.form, given, now.getTime());
    return { secret, key, value, origin: 'given', revision: newRevision(), oldSigningKeys };
  } catch (error) {
    if (!(error instanceof SecretsProblem)) throw error;
    throw new SecretsProblem(`the value given for ${keyName(secret, key)}: ${error.what}`, error.remedy);
  }
}

/** What to say where a value is given or rotated that follows from others, or from the stack file alone. */
export function notGiven(secret: SecretSpec, key: SecretKey): SecretsProblem {
  const sources = sourcesOf(secret, key).map((source) => `${source.secret}/${source.key}`);
  if (sources.length === 0) {
    return new SecretsProblem(
      `${keyName(secret, key)} holds nothing secret, and its value follows from the stack file`,
      'leave it out',
    );
  }
  return new SecretsProblem(
    `${keyName(secret, key)} is composed of the values of ${sources.join(', ')}`,
    `replace those: rotate ${sources.join(' ')}`,
  );
}

/**
 * The value that some places have, for those that lack it. Never another one: programs in two namespaces that use one
 * value would no longer understand each other.
 */
async function sameElsewhere(
  secret: SecretSpec,
  key: SecretKey,
  places: readonly string[],
  state: SecretsState,
  options: CreateOptions,
): Promise<Wish> {
  const name = keyName(secret, key);
  const there = filesOf(state, secret).find(({ keys }) => Object.hasOwn(keys, key.key));
  const revision = knownKey(state, secret, key)?.revision;
  if (differs(state, secret, key)) {
    throw new SecretsProblem(
      `${name} has different values in different namespaces`,
      `make one for all of them: rotate ${name}`,
    );
  }
  const value = await presentValue(secret, key, state, options);
  if (value === undefined || revision === undefined) {
    value?.wipe();
    const isUnnamed = revision === undefined;
    throw new SecretsProblem(
      `${name} has a value for the namespace ${there?.namespace ?? ''} only, and ${isUnnamed ? 'its file does not say which one it is' : `nothing here can open it for ${places.join(', ')}`}`,
      `${isUnnamed || options.identities.length > 0 ? '' : WITH_IDENTITY}encrypt one value for all namespaces: rotate ${name}, with --from-file ${name}=FILE to give the one that the programs have`,
    );
  }
  const made = knownKey(state, secret, key)?.made;
  const dated = made === undefined ? {} : { made };
  return { secret, key, value, origin: 'restored', revision, places, ...dated };
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
  if (made !== undefined) return { secret, key, value: made, origin: 'made', revision: newRevision() };
  const asked = await ask(secret, key);
  return asked === undefined ? undefined : givenWish(secret, key, asked, now);
}
