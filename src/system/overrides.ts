import * as z from 'zod';
import { LIMITS } from '../stack/limits.ts';

const pointer = z
  .string()
  .max(LIMITS.keyLength, { abort: true, message: `write at most ${LIMITS.keyLength} characters` })
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, { error: ({ input }) => pointerAdvice(String(input)) });

/** What to write instead of a path that is not a JSON pointer. */
function pointerAdvice(text: string): string {
  if (/~(?![01])/.test(text)) return 'write ~0 for a tilde within a key, and ~1 for a slash';
  const dotted = /^\$?\.?([A-Za-z][\w-]*(?:(?:\.|\/|\[)[\w-]+\]?)*)$/.exec(text.slice(0, 200))?.[1];
  if (dotted === undefined) return 'begin the path with a slash, as in /spec/replicas';
  return `write /${dotted.replaceAll(/\]/g, '').replaceAll(/[.[]/g, '/')}`;
}

/** The longest that any name of Kubernetes is. */
const word = z.string().max(253, 'write at most 253 characters');

/** One step of an RFC 6902 patch. */
const operation = z.strictObject({
  op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
  path: pointer.describe('Where: a JSON pointer such as /spec/replicas.'),
  from: pointer.optional().describe('For move and copy.'),
  value: z.json().optional().describe('For add, replace and test.'),
});

/** `overrides:` of the stack file. */
export const overridesSchema = z.array(
  z.strictObject({
    target: z
      .strictObject({
        kind: word
          .min(1, 'write a kind, such as Deployment')
          .describe('Kind of the object, such as Deployment.'),
        name: word.min(1, 'write the name of a rendered object').describe('Its name.'),
        namespace: word
          .min(1, 'write a namespace, or remove the key')
          .optional()
          .describe('Needed only if two objects have the same kind and name.'),
      })
      .describe('The rendered object to change.'),
    patch: z
      .union([z.array(operation), z.record(z.string(), z.json())])
      .describe('Keys to merge into it (RFC 7386: null removes one), or a list of steps (RFC 6902).'),
    why: z
      .string()
      .min(1, 'write the reason')
      .max(2000, 'write at most 2,000 characters')
      .describe('The reason, for SUMMARY.md and for the people who maintain this after you.'),
  }),
);

/** One step of an override, as written. */
export type Operation = z.infer<typeof operation>;

/** One override, as written. */
export type Override = z.infer<typeof overridesSchema>[number];

/** What is wrong with an override once the objects are known. */
export interface OverrideProblem {
  /** Position in the list. */
  readonly index: number;
  /** The part of the override to change, as a path below it. */
  readonly at: readonly (string | number)[];
  readonly code:
    | 'MG050'
    | 'MG051'
    | 'MG052'
    | 'MG053'
    | 'MG054'
    | 'MG055'
    | 'MG056'
    | 'MG057'
    | 'MG058'
    | 'MG098'
    | 'MG110';
  readonly what: string;
  readonly remedy: string;
}
