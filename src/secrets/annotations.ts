import { randomBytes } from 'node:crypto';
import type { KeyFacts, OldSigningKey } from '../system/secret-files.ts';

/**
 * What is known of each key, as annotations of the object that holds its ciphertext: one fact a line, `<fact>.matrix-gitops/<key>`.
 * Nothing of it follows from a value.
 */
const DOMAIN = 'matrix-gitops';
const FACTS = [
  'revision',
  'made',
  'certificate',
  'scope',
  'recipe',
] as const satisfies readonly (keyof KeyFacts)[];
/** The version of the key follows, since a colon cannot stand in an annotation's name. */
const OLD_SIGNING_KEY = `old-signing-key.${DOMAIN}/`;

/**
 * What the annotations of a key may say, by the part of their names before the slash. An old signing key is looked at
 * by {@link oldSigningKeysOf}.
 */
export const FACT_VALUES: Readonly<Record<string, RegExp>> = {
  [`revision.${DOMAIN}`]: /^[A-Za-z0-9]{1,40}$/,
  [`made.${DOMAIN}`]: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/,
  [`certificate.${DOMAIN}`]: /^[0-9a-f]{64}$/,
  [`scope.${DOMAIN}`]: /^strict [a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/,
  [`recipe.${DOMAIN}`]: /^c[0-9a-f]{16}$/,
  [`old-signing-key.${DOMAIN}`]: /^.{1,200}$/,
};

type Annotations = Readonly<Record<string, string>>;

/** A new id for a new value. Random: nothing about the value follows from it. */
export function newRevision(): string {
  // A letter first, so that no reader of YAML takes it for a number.
  return `r${randomBytes(8).toString('hex')}`;
}

function annotation(fact: keyof KeyFacts, key: string): string {
  return `${fact}.${DOMAIN}/${key}`;
}

/** The annotations of a key. */
export function keyAnnotations(key: string, known: KeyFacts): Annotations {
  return Object.fromEntries(
    FACTS.flatMap((fact) => {
      const text = known[fact];
      return text === undefined ? [] : [[annotation(fact, key), text]];
    }),
  );
}

/** The annotations of keys that are not used any more: `<public key> <when it was last used>`. */
export function oldSigningKeyAnnotations(keys: readonly OldSigningKey[]): Annotations {
  return Object.fromEntries(
    keys.map(({ id, key, expiredMs }) => [
      `${OLD_SIGNING_KEY}${id.replace(/^ed25519:/, '')}`,
      `${key} ${new Date(expiredMs).toISOString()}`,
    ]),
  );
}

/** What annotations say of a key; empty where they say nothing. */
export function factsOf(annotations: Annotations, key: string): KeyFacts {
  return Object.fromEntries(
    FACTS.flatMap((fact) => {
      const text = annotations[annotation(fact, key)];
      return text === undefined ? [] : [[fact, text]];
    }),
  );
}

/** The old signing keys that annotations hold, and the names of those that say nothing one could use. */
export function oldSigningKeysOf(annotations: Annotations): {
  readonly keys: readonly OldSigningKey[];
  readonly damaged: readonly string[];
} {
  const keys: OldSigningKey[] = [];
  const damaged: string[] = [];
  for (const [name, text] of Object.entries(annotations)) {
    if (!name.startsWith(OLD_SIGNING_KEY)) continue;
    const [, key, time] = /^([A-Za-z0-9+/]{43}) (\S+)$/.exec(text) ?? [];
    const expiredMs = Date.parse(time ?? '');
    if (key === undefined || Number.isNaN(expiredMs)) damaged.push(name);
    else keys.push({ id: `ed25519:${name.slice(OLD_SIGNING_KEY.length)}`, key, expiredMs });
  }
  return { keys, damaged };
}

/** Annotations that stay when a key goes or gets a new value. */
export function withoutKeys(annotations: Annotations, keys: readonly string[]): Annotations {
  const gone = new Set(keys.flatMap((key) => FACTS.map((fact) => annotation(fact, key))));
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !gone.has(name)));
}
