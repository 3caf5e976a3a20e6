import * as z from 'zod';
import { isRecord } from '../plain/data.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import { secretReference } from './secret-use.ts';
import type { Offered } from './topics.ts';

/** Raw additions to a program's own configuration file. */
export const extraConfigField = z
  .record(z.string(), z.json())
  .describe(
    "Options for the program's own configuration, spelled as the program spells them. They are merged into the rendered ones (null removes an option). Never write a secret here.",
  );

const variable = z
  .string()
  .regex(/^[A-Z_][A-Z0-9_]*$/, 'write the name of an environment variable, such as ENABLE_LOBBY');
const plainValue = z.union([
  z
    .string()
    .regex(
      /^[^"\\\n$]*$/,
      'write it without quotes, backslashes, dollar signs or line breaks: the image pastes it into its configuration',
    ),
  z.number(),
  z.boolean(),
]);
/** The class that writes them takes the square of their number. */
const MOST = 500;

/** Raw additions to the environment of a program that shows it to everybody. */
export const publicEnvField = z
  .record(variable, plainValue)
  .refine((variables) => Object.keys(variables).length <= MOST, `write at most ${MOST} variables`)
  .describe(
    'Environment variables for the program, as its image defines them. Never write a secret here: its web pages show the values.',
  );

/** Raw additions to a program's environment. */
export const extraEnvField = z
  .record(variable, z.union([...plainValue.options, secretReference]))
  .refine((variables) => Object.keys(variables).length <= MOST, `write at most ${MOST} variables`)
  .describe(
    'Environment variables for the program, as its image defines them. A secret value comes from a Secret, {fromSecret: NAME, key: KEY}, and may have only letters and digits, since the image pastes it into its configuration.',
  );

/** The reason for what is an error without one. */
export const reason = z.string().min(1, 'write the reason').max(2000, 'write at most 2,000 characters');

export const forceField = z
  .union([reason, z.record(z.string(), reason)])
  .describe(
    'Why additions may replace values that other settings own; without a reason that is an error. Either KEY.PATH: reason for each value, or one reason for all.',
  );

/** A value of the rendered configuration that belongs to a setting of the stack file. */
export interface Owned {
  /** Keys from the root of the program's configuration. */
  readonly path: Path;
  /** The setting to use instead, or what else decides the value. */
  readonly owner: string;
}

/** A field of the stack file for raw additions. Reasons to replace owned values are next to it, at `force`. */
export interface RawAdditions {
  /** Where it is, below the component's key: `['extraConfig']`. */
  readonly at: Path;
  /** What belongs to others in a stack where this is offered. An option that nothing renders there is anybody's. */
  readonly owned: (offers: readonly Offered[]) => readonly Owned[];
  /** Whether a value in it may come from a Secret. @default false */
  readonly takesSecrets?: true;
}

/** An addition that replaces an owned value. */
export interface Conflict extends Owned {
  /** Where in the addition; a part of the owned value, or a group that holds it. */
  readonly at: Path;
}

/** The key of `force` that lets an addition replace an owned value: its own, or that of a group around it. */
export function forcing({ at }: Conflict, force: Readonly<Record<string, unknown>>): string | undefined {
  const place = at.join('.');
  return Object.keys(force).find((key) => place === key || place.startsWith(`${key}.`));
}

/** Owned values by dotted path: `'rtc.udp_port': 'livekit.udp'`. */
export function owned(table: Readonly<Record<string, string>>): readonly Owned[] {
  return Object.entries(table).map(([path, owner]) => ({ path: path.split('.'), owner }));
}

/** Every place where an addition replaces, removes or reaches into an owned value. */
export function conflicts(addition: unknown, table: readonly Owned[]): readonly Conflict[] {
  return leaves(addition).flatMap((at) => {
    const found = table.find(({ path }) => {
      const shared = Math.min(path.length, at.length);
      return path.slice(0, shared).every((step, index) => step === at[index]);
    });
    return found === undefined ? [] : [{ ...found, at }];
  });
}

/** Paths of everything in a merge patch that is no group: each replaces or removes what stood there. */
export function leaves(value: unknown, path: Path = []): readonly Path[] {
  // What comes from a Secret is one value.
  if (!isRecord(value) || Object.hasOwn(value, 'fromSecret')) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
