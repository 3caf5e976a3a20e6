import { planComposed } from '../../secrets/verbs/compose.ts';
import { keyName } from '../../secrets/verbs/create.ts';
import { findKeys, joiningKeys, planFirst, planRotate, type RotatedKey } from '../../secrets/verbs/rotate.ts';
import { UsageProblem } from '../usage-problem.ts';
import { checkGiven, givenValues, type Inputs } from './inputs.ts';
import { keysOf, openVault } from './keepers/index.ts';
import type { SecretsOptions } from './options.ts';
import { newKey, replacedKey, type StackSecrets } from './result.ts';
import { asker, oldSigningKey, type Work, writeValues } from './work.ts';

export async function rotate(
  work: Work,
  options: SecretsOptions,
  inputs: Inputs,
): Promise<Partial<StackSecrets>> {
  const { stack, state } = work;
  if (options.keys.length === 0) {
    const all = stack.secrets.flatMap((secret) =>
      secret.keys.filter(({ form }) => form.kind !== 'composed').map((key) => keyName(secret, key)),
    );
    throw new UsageProblem(
      'the keys to replace are missing',
      `name them; the keys of ${stack.name} are: ${all.join(', ')}`,
    );
  }
  const keys = findKeys(stack.secrets, options.keys);
  checkGiven(stack.secrets, keys, options);
  const joining = joiningKeys(keys, stack.secrets, state);
  const present = keys.filter((one) => !joining.includes(one));
  await confirm(present, joining, options, inputs);
  const opened = await openVault(work, options);
  const plan = {
    given: await givenValues(stack.secrets, options, inputs),
    ask: asker(options, inputs),
    ...keysOf(work),
    oldSigningKey: await oldSigningKey(options),
    now: options.now,
  };
  const first = await planFirst(joining, state, plan);
  const replaced = await planRotate(present, state, plan);
  const wishes = [...first, ...replaced];
  const composed = await planComposed(stack, state, wishes, keysOf(work));
  const done = await writeValues(work, [...wishes, ...composed], opened, options);
  return {
    ...done,
    changed: [
      ...replaced.map((one) => replacedKey(one, stack.topology)),
      ...[...first, ...composed].map((one) => newKey(one, stack.topology)),
    ],
  };
}

async function confirm(
  keys: readonly RotatedKey[],
  joining: readonly RotatedKey[],
  { yes }: SecretsOptions,
  { terminal }: Inputs,
): Promise<void> {
  if (yes) return;
  if (terminal === undefined) {
    throw new UsageProblem('rotate asks before it replaces values', 'run it in a terminal, or add --yes');
  }
  const lines = [
    ...keys.map(({ secret, key }) => `${keyName(secret, key)}: ${key.rotation}`),
    ...joining.map(({ secret, key }) => `${keyName(secret, key)}: it gets its first value`),
  ];
  const answer = await terminal.line(...lines, 'Replace? (y/N) ');
  if (!/^y(?:es)?$/i.test(answer)) throw new UsageProblem('you did not answer yes', 'nothing was changed');
}
