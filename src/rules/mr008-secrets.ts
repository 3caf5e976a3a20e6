import { finding, objects } from './reading/objects.ts';
import type { Rule } from './rule.ts';
import { secretsIn } from './secrets/inspect.ts';

const code = 'MR008';

/** Finds secrets that would be committed in the clear. What it says never repeats a value. */
export const secretsRule: Rule = {
  code,
  title: 'No rendered file holds a secret in plain text.',
  check: (input) =>
    objects(input).flatMap((located) =>
      secretsIn(located.data).map(({ path, what, remedy }) => finding(code, located, path, what, remedy)),
    ),
};
