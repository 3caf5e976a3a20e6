import type { Stack } from '../../../charts/stack/stack.ts';
import { shellWord } from '../../plain/shell.ts';
import type { Wish } from '../../secrets/verbs/change.ts';
import { planComposed, toCompose } from '../../secrets/verbs/compose.ts';
import { keyName, planCreate } from '../../secrets/verbs/create.ts';
import { findKeys, planRotate } from '../../secrets/verbs/rotate.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { givenValues, type Inputs } from './inputs.ts';
import { keysOf, openVault } from './keepers/index.ts';
import type { SecretsOptions } from './options.ts';
import { newKey, replacedKey, type StackSecrets } from './result.ts';
import { asker, oldSigningKey, type Work, writeValues } from './work.ts';

export async function create(
  work: Work,
  options: SecretsOptions,
  inputs: Inputs,
): Promise<Partial<StackSecrets>> {
  const { stack, state } = work;
  const keys = keysOf(work);
  const given = await givenValues(stack.secrets, options, inputs);
  const ask = asker(options, inputs);
  const rotated = findKeys(stack.secrets, options.keys);
  const isRotated = (name: string): boolean =>
    rotated.some(({ secret, key }) => keyName(secret, key) === name);
  const missingValues = new Map([...given].filter(([name]) => !isRotated(name)));
  const plan = await planCreate(stack.secrets, state, {
    given: missingValues,
    ask,
    ...keys,
    now: options.now,
  });
  const isIdle =
    plan.wishes.length === 0 &&
    rotated.length === 0 &&
    toCompose(stack.secrets, state, plan.wishes).length === 0;
  if (isIdle && !acceptsSomething(work)) return { missing: plan.missing };
  const opened = await openVault(work, options);
  if (isIdle) return { missing: plan.missing };
  const replaced =
    rotated.length === 0
      ? []
      : await planRotate(rotated, state, {
          given,
          ask,
          ...keys,
          oldSigningKey: await oldSigningKey(options),
          now: options.now,
        });
  const entered = [...plan.wishes, ...replaced];
  const composed = await planComposed(stack, state, entered, keys);
  const wishes = [...entered, ...composed];
  const result = await writeValues(work, wishes, opened, options);
  return {
    ...result,
    changed: [
      ...[...plan.wishes, ...composed].map((one) => newKey(one, stack.topology)),
      ...replaced.map((one) => replacedKey(one, stack.topology)),
    ],
    missing: plan.missing,
    notices: [...(result.notices ?? []), ...adviceOn(stack, plan.wishes)],
  };
}

/** Whether the command line names somebody to encrypt for from now on, which is recorded even if nothing is missing. */
function acceptsSomething({ acceptance: { flags } }: Work): boolean {
  return flags.certificates.length + flags.recipients.length > 0;
}

/** A new identity for a server that has one already would be a disaster that nobody notices at once. */
function adviceOn({ serverName, name }: Stack, wishes: readonly Wish[]): readonly string[] {
  return wishes.some(({ key, origin }) => key.form.kind === 'synapse-signing-key' && origin === 'made')
    ? [
        `a new signing key was made: if a homeserver has run as ${serverName} before, do not use it, but undo this (git) and import the old one: ${ownCommand(`secrets create --stack ${shellWord(name)} --from-file synapse-signing-key/signing.key=FILE`)}`,
      ]
    : [];
}
