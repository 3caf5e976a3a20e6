import * as z from 'zod';
import { shortText } from './fields.ts';
import { LIMITS } from './limits.ts';

/** What an entry of `accept:` can let pass: codes of differences between dist/ and what would replace it. */
export const ACCEPTABLE = [
  'MG070',
  'MG071',
  'MG072',
  'MG073',
  'MG074',
  'MG075',
  'MG076',
  'MG077',
  'MG140',
] as const;

const value = shortText.max(LIMITS.keyLength, `write at most ${LIMITS.keyLength} characters`);

/** `accept:` of the stack file. */
export const acceptSchema = z
  .array(
    z.strictObject({
      code: z.enum(ACCEPTABLE).describe('The code of the error.'),
      object: value.describe('The object, as the error names it.'),
      from: value.describe('What dist/ says, as the error quotes it.'),
      to: value.describe('What is rendered now, as the error quotes it.'),
      why: z
        .string()
        .min(1)
        .max(2000, 'write at most 2,000 characters')
        .describe('The reason, and what was done about the data, for SUMMARY.md.'),
    }),
  )
  .max(100, 'write at most 100 entries, and remove those that synth says are no longer needed');

/** One dangerous change that the stack file agrees to. */
export type Accepted = z.infer<typeof acceptSchema>[number];

/** A code that can be accepted. */
export type AcceptableCode = Accepted['code'];
