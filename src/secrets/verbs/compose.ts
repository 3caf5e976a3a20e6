import { isOutdated, knownOf, recipeOf, type Source, sourceOf, sourcesOf } from '../../system/composed.ts';
import type { SecretKey, SecretSpec } from '../../system/secrets.ts';
import { newRevision } from '../annotations.ts';
import { type Keys, presentValue } from '../present-value.ts';
import { SecretsProblem } from '../problem.ts';
import { knownKey, lackingPlaces, type SecretsState } from '../state.ts';
import { compose } from '../values/compose.ts';
import type { SecretValue } from '../values/value.ts';
import type { Wish } from './change.ts';
import { keyName, WITH_IDENTITY } from './create.ts';

interface Composed {
  readonly secret: SecretSpec;
  readonly key: SecretKey;
}

/**
 * Composed values that are missing, or that are made of something else than they should be, once the wishes are
 * carried out. A value whose sources are not all there waits for them.
 */
export function toCompose(
  secrets: readonly SecretSpec[],
  state: SecretsState,
  wishes: readonly Wish[],
): readonly Composed[] {
  return secrets.flatMap((secret) =>
    secret.keys
      .filter((key) => {
        if (key.form.kind !== 'composed') return false;
        const sources = sourcesOf(secret, key);
        const changed = sources.map((source) => wishOf(wishes, source));
        const isThere = (source: Source, index: number): boolean =>
          changed[index] !== undefined || knownOf(state.needed, source) !== undefined;
        if (!sources.every(isThere)) return false;
        const hasNew = changed.some(
          (wish) => wish !== undefined && wish.revision !== knownKey(state, wish.secret, wish.key)?.revision,
        );
        return (
          hasNew || isOutdated(state.needed, secret, key) || lackingPlaces(state, secret, key).length > 0
        );
      })
      .map((key) => ({ secret, key })),
  );
}

/**
 * Puts together what {@link toCompose} names, from values that are about to be encrypted and from those that can be
 * opened here. The same for every provider.
 *
 * @param wishes all other wishes
 * @throws SecretsProblem where a source cannot be opened
 */
export async function planComposed(
  secrets: readonly SecretSpec[],
  state: SecretsState,
  wishes: readonly Wish[],
  keys: Keys,
): Promise<readonly Wish[]> {
  const opened = new Map<string, SecretValue>();
  try {
    const made: Wish[] = [];
    for (const { secret, key } of toCompose(secrets, state, wishes)) {
      const values = new Map<string, SecretValue>();
      const closed: string[] = [];
      for (const source of sourcesOf(secret, key)) {
        const name = keyName({ name: source.secret }, source);
        const present = wishOf(wishes, source)?.value ?? opened.get(name);
        const value = present ?? (await presentValue({ name: source.secret }, source, state, keys));
        if (value === undefined) closed.push(name);
        else {
          values.set(name, value);
          if (present === undefined) opened.set(name, value);
        }
      }
      if (closed.length > 0) throw cannotCompose(secret, key, closed, keys);
      made.push(composedWish(secret, key, state, wishes, values));
    }
    return made;
  } finally {
    for (const value of opened.values()) value.wipe();
  }
}

function composedWish(
  secret: SecretSpec,
  key: SecretKey,
  state: SecretsState,
  wishes: readonly Wish[],
  values: ReadonlyMap<string, SecretValue>,
): Wish {
  const parts = key.form.kind === 'composed' ? key.form.parts : [];
  const value = compose(parts, (part) => {
    const source = sourceOf(secret.name, part);
    const found = values.get(keyName({ name: source.secret }, source));
    if (found === undefined)
      throw new Error(`${keyName(secret, key)} is composed without one of its sources`);
    return found;
  });
  const recipe = recipeOf(key, (part) => {
    const source = sourceOf(secret.name, part);
    return wishOf(wishes, source)?.revision ?? knownOf(state.needed, source)?.revision;
  });
  const known = knownKey(state, secret, key);
  const wish = { secret, key, value, origin: 'composed', recipe } as const;
  if (known?.recipe !== recipe || known.revision === undefined) return { ...wish, revision: newRevision() };
  // The same text, for a place that lacks it.
  const places = lackingPlaces(state, secret, key);
  const dated = known.made === undefined ? {} : { made: known.made };
  return { ...wish, revision: known.revision, places, ...dated };
}

function cannotCompose(
  secret: SecretSpec,
  key: SecretKey,
  closed: readonly string[],
  { identities }: Keys,
): SecretsProblem {
  return new SecretsProblem(
    `${keyName(secret, key)} is composed of ${closed.join(', ')}, which nothing here can open`,
    `${identities.length > 0 ? '' : WITH_IDENTITY}replace the values that it is composed of together: rotate ${sourcesOf(
      secret,
      key,
    )
      .map((source) => keyName({ name: source.secret }, source))
      .join(' ')}`,
  );
}

function wishOf(wishes: readonly Wish[], { secret, key }: Source): Wish | undefined {
  return wishes.find((wish) => wish.secret.name === secret && wish.key.key === key);
}
