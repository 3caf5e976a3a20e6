import * as z from 'zod';
import { objectName, shortText } from '../stack/fields.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import type { SecretSpec } from './secrets.ts';

/** The key of a Secret, as Kubernetes takes it. */
export const secretKey = shortText.regex(
  /^[A-Za-z0-9._-]+$/,
  'write the key of a Secret: letters, digits, dots, dashes and underscores',
);

/** A value that comes from a Secret of the stack. */
export const secretReference = z.strictObject({
  fromSecret: objectName.describe('A Secret of secrets.own, or another one that the stack has.'),
  key: secretKey.describe('The key of that Secret.'),
});

/** A key of a Secret that the stack file gives to a program, as a file or a variable. */
export interface SecretUse {
  readonly workload: string;
  readonly secret: string;
  readonly key: string;
  /** Where the stack file says so: a group with `fromSecret` and `key`. */
  readonly at: Path;
}

/** An environment variable with the value of a Secret's key. */
export interface SecretVariable {
  readonly name: string;
  readonly secret: string;
  readonly key: string;
}

/** The same Secrets, each key with the programs that are given it besides those that read it anyway. */
export function withReaders(
  secrets: readonly SecretSpec[],
  uses: readonly SecretUse[],
): readonly SecretSpec[] {
  const readersOf = (secret: string, key: string): readonly string[] =>
    uses.filter((use) => use.secret === secret && use.key === key).map(({ workload }) => workload);
  return secrets.map((secret) => ({
    ...secret,
    keys: secret.keys.map((one) => ({
      ...one,
      readers: [...new Set([...one.readers, ...readersOf(secret.name, one.key)])],
    })),
  }));
}
