import * as z from 'zod';
import { compareText } from './diagnostic.ts';
import type { Owned } from './extra-config.ts';
import { isGroup } from './merge-patch.ts';
import type { Path } from './reading/yaml-source.ts';
import type { SecretVariable } from './secret-use.ts';
import type { ComposedPart, SecretSpec } from './secrets.ts';

/** A fragment of a program's configuration with values of Secrets in it, composed inside a Secret of its own. */
export const secretConfigField = z
  .record(z.string(), z.json())
  .refine((value) => Object.keys(value).length > 0, 'write at least one option')
  .describe(
    "Options of the program's own configuration that need values of Secrets, in its own words: write {fromSecret: NAME, key: KEY} for such a value, and declare the Secret in secrets.own. The file is composed inside a Secret; no value is ever in the rendered files.",
  );

/** Where the stack file takes such a fragment, and what must not be in it. */
export type SecretConfig = {
  /** Where it is, below the component's key: `['extraSecretConfig']`. */
  readonly at: Path;
  /** Where plain additions to the same program are, below the component's key. */
  readonly plain: Path;
} & (
  | {
      /** The program reads it as one more file. */
      readonly kind: 'file';
      /** Name of the Secret that it is composed in. */
      readonly secret: string;
      /** Options at the top that are rendered: the program would take the fragment's instead of them, as a whole. */
      readonly rendered: readonly string[];
    }
  | {
      /** The program reads one file only, and takes single options from its environment. */
      readonly kind: 'environment';
      /** Options that belong to other settings. */
      readonly owned: readonly Owned[];
    }
);

/** A value in a fragment that stands in a Secret. */
export interface SecretReference {
  /** Where in the fragment. */
  readonly at: Path;
  readonly secret: string;
  readonly key: string;
}

/** `{fromSecret: NAME, key: KEY}`, or undefined for any other value. */
function referenceAt(value: unknown): Omit<SecretReference, 'at'> | undefined {
  if (!isGroup(value) || Object.keys(value).length !== 2) return undefined;
  const { fromSecret, key } = value;
  return typeof fromSecret === 'string' && typeof key === 'string' ? { secret: fromSecret, key } : undefined;
}

/** What is in a fragment: references, and everything else that is neither a group nor a list. */
export interface FragmentContents {
  readonly references: readonly SecretReference[];
  readonly literals: readonly { readonly at: Path; readonly value: unknown }[];
  /** Groups with `fromSecret` that are no reference. */
  readonly malformed: readonly Path[];
}

/** Looks through a fragment once. */
export function contentsOf(fragment: unknown): FragmentContents {
  const references: SecretReference[] = [];
  const literals: { at: Path; value: unknown }[] = [];
  const malformed: Path[] = [];
  const walk = (value: unknown, at: Path): void => {
    const reference = referenceAt(value);
    if (reference !== undefined) references.push({ at, ...reference });
    else if (isGroup(value)) {
      if (Object.hasOwn(value, 'fromSecret')) malformed.push(at);
      else for (const [key, inner] of Object.entries(value)) walk(inner, [...at, key]);
    } else if (Array.isArray(value)) {
      value.forEach((inner, index) => {
        walk(inner, [...at, index]);
      });
    } else literals.push({ at, value });
  };
  walk(fragment, []);
  return { references, literals, malformed };
}

/** The references of a fragment as variables, named after their options: `LIVEKIT_REDIS_PASSWORD` for `redis.password`. */
export function secretConfigVariables(
  fragment: unknown,
  prefix: string,
): readonly (SecretVariable & SecretReference)[] {
  return contentsOf(fragment)
    .references.map((one) => ({ ...one, name: [prefix, ...one.at].join('_').toUpperCase() }))
    .sort((a, b) => compareText(a.name, b.name));
}

/**
 * The Secret with a fragment: JSON, which is YAML too, so that any value can stand in it.
 *
 * @param file the key, which is the name of the file that the program reads
 */
export function secretConfigSecret(
  fragment: Readonly<Record<string, unknown>>,
  { name, namespace, file, reader }: Readonly<Record<'name' | 'namespace' | 'file' | 'reader', string>>,
): SecretSpec {
  return {
    name,
    places: [{ namespace }],
    keys: [
      {
        key: file,
        what: 'one more configuration file, with options that hold values of Secrets',
        readers: [reader],
        form: { kind: 'composed', parts: partsOf(fragment) },
        loss: 'whoever has it has the values that it is composed of; replace those',
        rotation: 'it changes with the values that it is composed of',
      },
    ],
  };
}

/** The order of keys in the stack file means nothing, so that a mere move composes nothing again. */
function partsOf(fragment: Readonly<Record<string, unknown>>): readonly [ComposedPart, ...ComposedPart[]] {
  const parts: ComposedPart[] = [];
  let text = '';
  const write = (value: unknown): void => {
    const reference = referenceAt(value);
    if (reference !== undefined) {
      parts.push(text, { ...reference, as: 'json' });
      text = '';
    } else if (Array.isArray(value)) series('[', ']', value, write);
    else if (isGroup(value)) {
      series(
        '{',
        '}',
        Object.entries(value).sort(([a], [b]) => compareText(a, b)),
        ([key, inner]) => {
          text += `${JSON.stringify(key)}: `;
          write(inner);
        },
      );
    } else text += JSON.stringify(value);
  };
  const series = <T>(open: string, close: string, items: readonly T[], each: (item: T) => void): void => {
    text += open;
    items.forEach((item, index) => {
      if (index > 0) text += ', ';
      each(item);
    });
    text += close;
  };
  write(fragment);
  const [first = '', ...rest] = parts;
  return [first, ...rest, `${text}\n`];
}
