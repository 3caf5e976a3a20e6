import * as z from 'zod';
import { compareText } from '../plain/compare.ts';
import { objectName, shortText } from '../stack/fields.ts';
import { ownCommand } from '../stack/own-command.ts';
import { notRepeated } from '../stack/reading/not-repeated.ts';
import type { SecretSpec } from './secrets.ts';

/** What Kubernetes takes in a label and in the name of an annotation, both of which say the name. */
const LONGEST = 63;
const MOST = 50;

const secretName = objectName.max(LONGEST, `write at most ${LONGEST} characters`);
const keyName = shortText
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
    'write the key of a Secret: at most 63 letters, digits, dots, dashes and underscores, beginning and ending with a letter or digit',
  )
  .refine((key) => key !== 'constructor', 'choose a different key: this one cannot be rendered');

const ownKey = z.strictObject({
  what: z
    .string()
    .min(1)
    .max(200, 'write at most 200 characters')
    .optional()
    .describe('What it is, for SECRETS.md and for the prompt that asks for it.'),
  rotateAfterDays: z
    .int()
    .min(1, 'write days from 1 to 3650')
    .max(3650, 'write days from 1 to 3650')
    .optional()
    .describe('After how many days secrets status reports it as due for rotation. Default: never.'),
});

const ownSecret = z
  .record(keyName, ownKey)
  .refine((keys) => Object.keys(keys).length > 0, 'write at least one key')
  .refine((keys) => Object.keys(keys).length <= MOST, `write at most ${MOST} keys`);

const LEAKED = `and enter the value with ${ownCommand('secrets create')}; if the file with it was ever committed or shared, replace the value where it comes from`;
notRepeated.add(ownKey, { remedy: `write {} or what and rotateAfterDays, ${LEAKED}` });
notRepeated.add(ownSecret, {
  remedy: `write the keys of the Secret under its name, such as password: {}, ${LEAKED}`,
});

/** `secrets.own` of the stack file. */
export const ownSecretsSchema = z
  .record(secretName, ownSecret)
  .refine((secrets) => Object.keys(secrets).length <= MOST, `write at most ${MOST} Secrets`);

/** The order of keys in the stack file means nothing. */
function sorted<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).sort(([a], [b]) => compareText(a, b));
}

/** The Secrets that the operator adds, in the namespace of the stack: whatever they are mounted in. */
export function ownSecrets(
  own: z.infer<typeof ownSecretsSchema> | undefined,
  stack: { readonly namespace: string },
): readonly SecretSpec[] {
  return sorted(own ?? {}).map(([name, keys]) => ({
    name,
    places: [{ namespace: stack.namespace }],
    keys: sorted(keys).map(([key, { what, rotateAfterDays }]) => ({
      key,
      what: what ?? 'a value of your own',
      readers: [],
      form: { kind: 'entered' },
      loss: 'anyone who has it can use it; replace it where it comes from, then here',
      rotation: 'users of the programs that read it: their pods have to restart',
      ...(rotateAfterDays === undefined ? {} : { rotateAfterDays }),
    })),
  }));
}
