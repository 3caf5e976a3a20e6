import { statusOf } from '../../secrets/verbs/status.ts';
import { keepsCiphertext } from '../../system/providers/index.ts';
import { keptStatus } from './keepers/index.ts';
import type { SecretsOptions } from './options.ts';
import type { StackSecrets } from './result.ts';
import type { Work } from './work.ts';

/**
 * How the value of each key is, in each of its places, and for whom it is encrypted. Writes nothing.
 *
 * @throws EnvironmentProblem, SecretsProblem
 */
export async function status(
  work: Work,
  options: SecretsOptions,
): Promise<Pick<StackSecrets, 'status' | 'recipients'>> {
  const { stack, state } = work;
  if (keepsCiphertext(stack.provider)) return await keptStatus(work, options);
  const { now } = options;
  return { status: statusOf(stack, { state, newest: undefined, recipients: new Map(), now }) };
}
