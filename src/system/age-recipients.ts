import * as z from 'zod';
import { isRecipient } from '../stack/age-recipient.ts';

/** A mistyped one is found by its checksum, before anything is encrypted to nobody. */
const ageRecipient = z
  .string()
  // Those of hybrid keys have 2,000.
  .max(4_096, { abort: true, message: 'write at most 4,096 characters' })
  .refine(isRecipient, 'write an age public key, as age-keygen prints it: age1…');

/** A list of public age keys that something is encrypted for. */
export const ageRecipients = z.array(ageRecipient).min(1, 'write at least one age1…');
