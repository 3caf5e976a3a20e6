import type { Stack } from '../../../charts/stack/stack.ts';
import { shellWord } from '../../plain/shell.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { isOutdated, knownOf, recipeOf, type Source, sourceOf, sourcesOf } from '../../system/composed.ts';
import type { SecretKey, SecretSpec } from '../../system/secrets.ts';
import { newRevision } from '../annotations.ts';
import { type Keys, presentValue } from '../present-value.ts';
import { SecretsProblem } from '../problem.ts';
import { knownKey, lackingPlaces, type SecretsState } from '../state.ts';
import { compose } from '../values/compose.ts';
import { generate } from '../values/generate.ts';
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
 * @throws SecretsProblem where a source cannot be opened, or is missing while another one is replaced
 */
export async function planComposed(
  stack: Pick<Stack, 'name' | 'secrets'>,
  state: SecretsState,
  wishes: readonly Wish[],
  keys: Keys,
): Promise<readonly Wish[]> {
  checkParted(stack, state, wishes);
  const opened = new Map<string, SecretValue>();
  try {
    const made: Wish[] = [];
    for (const { secret, key } of toCompose(stack.secrets, state, wishes)) {
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
      if (closed.length > 0) throw cannotCompose(stack, { secret, key }, closed, keys);
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
  stack: Pick<Stack, 'name' | 'secrets'>,
  composed: Composed,
  closed: readonly string[],
  { identities }: Keys,
): SecretsProblem {
  return new SecretsProblem(
    `${keyName(composed.secret, composed.key)} is composed of ${closed.join(', ')}, which nothing here can open`,
    `${identities.length > 0 ? '' : WITH_IDENTITY}replace the values that it is composed of together: ${rotateTogether(stack, composed)}`,
  );
}

/**
 * A composed value is never left with a former value of one part because another part has no value yet.
 *
 * @throws SecretsProblem
 */
function checkParted(
  stack: Pick<Stack, 'name' | 'secrets'>,
  state: SecretsState,
  wishes: readonly Wish[],
): void {
  for (const secret of stack.secrets) {
    for (const key of secret.keys) {
      if (knownKey(state, secret, key) === undefined) continue;
      const sources = sourcesOf(secret, key);
      const absent = sources.filter(
        (source) => wishOf(wishes, source) === undefined && knownOf(state.needed, source) === undefined,
      );
      const replaced = sources.filter((source) => {
        const before = knownOf(state.needed, source);
        return (
          before !== undefined && (wishOf(wishes, source)?.revision ?? before.revision) !== before.revision
        );
      });
      if (absent.length === 0 || replaced.length === 0) continue;
      throw new SecretsProblem(
        `${keyName(secret, key)} is composed of ${namesOf(sources).join(', ')}, and there is no value yet of ${namesOf(absent).join(', ')}: it would keep the former value of ${namesOf(replaced).join(', ')}`,
        `replace them together: ${rotateTogether(stack, { secret, key })}`,
      );
    }
  }
}

function namesOf(sources: readonly Source[]): readonly string[] {
  return sources.map((source) => keyName({ name: source.secret }, source));
}

/**
 * The command that replaces all that a value is composed of. What else is composed of the same values changes with
 * them, so what that is composed of is replaced too.
 */
function rotateTogether(
  { name, secrets }: Pick<Stack, 'name' | 'secrets'>,
  { secret, key }: Composed,
): string {
  const groups = secrets.flatMap((one) => one.keys.map((other) => namesOf(sourcesOf(one, other))));
  const names = new Set(namesOf(sourcesOf(secret, key)));
  for (let size = 0; size < names.size; ) {
    size = names.size;
    for (const group of groups.filter((one) => one.some((it) => names.has(it)))) {
      for (const it of group) names.add(it);
    }
  }
  const isGenerated = (wanted: string): boolean =>
    secrets.some((one) => one.keys.some((it) => keyName(one, it) === wanted && canGenerate(it)));
  const given = [...names].filter((it) => !isGenerated(it)).map((it) => ` --from-file ${shellWord(it)}=FILE`);
  const words = [...names].map(shellWord).join(' ');
  return ownCommand(`secrets rotate ${words} --stack ${shellWord(name)}${given.join('')}`);
}

function canGenerate({ form }: SecretKey): boolean {
  const value = form.kind === 'composed' ? undefined : generate(form);
  value?.wipe();
  return value !== undefined;
}

function wishOf(wishes: readonly Wish[], { secret, key }: Source): Wish | undefined {
  return wishes.find((wish) => wish.secret.name === secret && wish.key.key === key);
}
