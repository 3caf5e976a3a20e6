import * as z from 'zod';
import { shortText } from '../stack/fields.ts';
import { LIMITS } from '../stack/limits.ts';

/** Codes of differences between dist/ and what would replace it. */
const CHANGES = ['MG070', 'MG071', 'MG072', 'MG073', 'MG074', 'MG075', 'MG076', 'MG077', 'MG140'] as const;

/** What an entry of `accept:` can let pass: a change, or an object that is included. */
export const ACCEPTABLE = [...CHANGES, 'MG125'] as const;

const value = shortText.max(LIMITS.keyLength, `write at most ${LIMITS.keyLength} characters`);

/** `accept:` of the stack file. */
export const acceptSchema = z
  .array(
    z.strictObject({
      code: z.enum(ACCEPTABLE).describe('The code of the error.'),
      object: value.describe('The object, as the error names it.'),
      from: value
        .optional()
        .describe('What dist/ says, as the error quotes it. Required for MG070 to MG077, and only there.'),
      to: value
        .optional()
        .describe(
          'What is rendered now, as the error quotes it. Required for MG070 to MG077, and only there.',
        ),
      why: z
        .string()
        .min(1)
        .max(2000, 'write at most 2,000 characters')
        .describe('The reason, and what was done about the data, for SUMMARY.md.'),
    }),
  )
  .max(100, 'write at most 100 entries, and remove those that synth says are no longer needed');

/** What printed entries have in place of a reason: nobody has thought about one that still has it. */
export const WRITE_WHY = {
  change: 'write your reason, and what happens to the data',
  object: 'write your reason',
} as const;

/** Something dangerous that the stack file agrees to. */
export type Accepted = z.infer<typeof acceptSchema>[number];

/** A code of a change that can be accepted. */
export type AcceptableCode = (typeof CHANGES)[number];

/** A dangerous change that the stack file agrees to. */
export interface AcceptedChange {
  readonly code: AcceptableCode;
  readonly object: string;
  readonly from: string;
  readonly to: string;
}

const IS_CHANGE: ReadonlySet<string> = new Set(CHANGES);

/** True for a code of a change, whose entry says from what to what. */
export function isChangeCode(code: Accepted['code']): code is AcceptableCode {
  return IS_CHANGE.has(code);
}

/** The change that an entry agrees to; undefined for one about an object that is included. */
export function changeOf({ code, object, from, to }: Accepted): AcceptedChange | undefined {
  if (!isChangeCode(code) || from === undefined || to === undefined) return undefined;
  return { code, object, from, to };
}
