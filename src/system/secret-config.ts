import * as z from 'zod';
import { compareText } from '../plain/compare.ts';
import { isRecord } from '../plain/data.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import { composedFile, secretText } from './composed-file.ts';
import type { Owned } from './extra-config.ts';
import type { SecretVariable } from './secret-use.ts';
import type { SecretSpec } from './secrets.ts';
import type { Offered } from './topics.ts';

/** A fragment of a program's configuration with values of Secrets in it, composed inside a Secret of its own. */
export const secretConfigField = z
  .record(z.string(), z.json())
  .refine((value) => Object.keys(value).length > 0, 'write at least one option')
  .describe(
    "Options of the program's own configuration that need secret values, spelled as the program spells them. Write {fromSecret: NAME, key: KEY} in place of such a value, and declare the Secret in secrets.own. The file is composed inside a Secret; no value is ever in the rendered files.",
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
      /**
       * Options at the top that are rendered where this is offered: the program would take the fragment's instead of
       * them, as a whole.
       */
      readonly rendered: (offers: readonly Offered[]) => readonly string[];
    }
  | {
      /** The program reads one file only, and takes single options from its environment. */
      readonly kind: 'environment';
      /** All options that it takes from there and that are secret. It ignores a variable that it does not know. */
      readonly options: readonly Path[];
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
  if (!isRecord(value) || Object.keys(value).length !== 2) return undefined;
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
    else if (isRecord(value)) {
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
 * The Secret with a fragment.
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
        what: 'one more configuration file, for options with secret values',
        readers: [reader],
        form: { kind: 'composed', parts: composedFile(withTexts(fragment)) },
        loss: 'anyone who has it has the values in it; replace those',
        rotation: 'it changes together with the values in it',
      },
    ],
  };
}

/** The data of a fragment, with what stands for references. */
function withTexts(value: unknown): unknown {
  const reference = referenceAt(value);
  if (reference !== undefined) return secretText(reference);
  if (Array.isArray(value)) return value.map(withTexts);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withTexts(inner)]));
}
