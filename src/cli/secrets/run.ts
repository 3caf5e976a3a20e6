import type { Stack } from '../../../charts/stack/stack.ts';
import { ClusterProblem } from '../../cluster/problem.ts';
import { type Bounds, boundsOf } from '../../files/bounds.ts';
import { escrowFiles, secretsFolder } from '../../secrets/folder.ts';
import { SecretsProblem } from '../../secrets/problem.ts';
import type { ReadSecrets } from '../../secrets/read-files.ts';
import type { KeyState } from '../../secrets/verbs/status.ts';
import { listed } from '../../stack/listed.ts';
import { keepsCiphertext, whereElse } from '../../system/providers/index.ts';
import { valueCommands } from '../../texts/providers/index.ts';
import { EnvironmentProblem, problemReading } from '../environment-problem.ts';
import { StackFailure } from '../failure.ts';
import { fromHere } from '../paths.ts';
import { UsageProblem } from '../usage-problem.ts';
import { choose, readWorkspace } from '../workspace.ts';
import { finishInterruptedWrite } from '../write-output.ts';
import { acceptFlags } from './acceptance.ts';
import { create } from './create.ts';
import { type Inputs, readIdentityFile } from './inputs.ts';
import { reseal } from './keepers/index.ts';
import { acceptanceFor, type Known, knownRecipients, recordAccepted } from './known.ts';
import type { SecretsOptions } from './options.ts';
import type { SecretsResult, StackSecrets } from './result.ts';
import { rotate } from './rotate.ts';
import { status } from './status.ts';
import type { Work } from './work.ts';

/**
 * Carries out one verb on the Secrets of the stacks, one stack after the other.
 *
 * @param progress told after each stack
 * @throws UsageProblem, EnvironmentProblem
 */
export async function secrets(
  options: SecretsOptions,
  inputs: Inputs,
  progress: (done: number, total: number, name: string) => void = () => undefined,
): Promise<SecretsResult> {
  const { stacks: folder, versions, verb } = options;
  const bounds = boundsOf(folder);
  const workspace = await readWorkspace(folder, versions, (stack) =>
    finishInterruptedWrite(bounds, secretsFolder(folder, stack.name)),
  );
  const chosen = choose(workspace.entries, options.only);
  const [failure] = chosen.flatMap((entry) => entry.failure ?? []);
  if (failure !== undefined) throw new StackFailure(failure);
  const diagnostics = listed(chosen.flatMap((entry) => entry.diagnostics));
  const usable = chosen.flatMap(({ file, stack, secrets }) =>
    stack === undefined ? [] : [{ file, stack, secrets }],
  );
  const names = new Set([...options.fromFile, ...options.fromEnv, ...options.ask, ...options.keys]);
  // Also where only one of them can be used: it may be the other one that was meant.
  if ((names.size > 0 || options.fromStdin !== undefined) && chosen.length > 1) {
    throw new UsageProblem(
      'keys are named, and there are several stacks',
      'name the one they belong to: --stack NAME',
    );
  }
  const flags = acceptFlags(options);
  const identities = await readIdentityFile(options.identity, inputs.environment);
  const stacks = usable.map(({ stack }) => stack);
  const known = await knownRecipients(
    stacks,
    stacks.length === chosen.length,
    identities,
    flags,
    options,
    inputs,
  );
  const results: StackSecrets[] = [];
  let worst: 0 | 1 | 2 | 3 = diagnostics.length > 0 ? 2 : 0;
  for (const [index, each] of usable.entries()) {
    const { result, exitCode } = await one(bounds, each, { identities, ...known }, options, inputs);
    results.push(result);
    if (exitCode > worst) worst = exitCode;
    progress(index + 1, usable.length, each.stack.name);
  }
  for (const identity of identities) identity.wipe();
  return {
    exitCode: verb === 'status' && worst === 0 ? statusCode(results) : worst,
    diagnostics,
    stacks: results,
  };
}

/** A stack that nothing is wrong with, and its ciphertext. */
interface Usable {
  readonly file: string;
  readonly stack: Stack;
  readonly secrets: ReadSecrets;
}

/** States in which pods do not find a value, or not the one that they need. */
const LACKING: readonly KeyState[] = ['missing', 'other-namespace', 'differs', 'outdated'];

function statusCode(results: readonly StackSecrets[]): 0 | 1 {
  const rows = results.flatMap(({ status }) => status);
  const recipients = results.flatMap((result) => result.recipients ?? []);
  const lacks = rows.some(({ states }) => states.some((state) => LACKING.includes(state)));
  return lacks || recipients.some(({ isDangerous }) => isDangerous) ? 1 : 0;
}

/** One stack; what stops it does not stop the others. */
async function one(
  bounds: Bounds,
  usable: Usable,
  known: Known & Pick<Work, 'identities'>,
  options: SecretsOptions,
  inputs: Inputs,
): Promise<{ readonly result: StackSecrets; readonly exitCode: 0 | 1 | 2 | 3 }> {
  const { stack } = usable;
  const empty: StackSecrets = {
    stack: stack.name,
    provider: stack.provider.kind,
    status: [],
    changed: [],
    missing: [],
    written: [],
    removed: [],
    notices: [],
  };
  try {
    const work = await gather(bounds, usable, known, options, inputs);
    const done = { ...empty, ...(await carryOut(work, options, inputs)) };
    const result = { ...done, notices: [...done.notices, ...(await recordAccepted(work, known, options))] };
    return { result, exitCode: result.missing.length > 0 ? 1 : 0 };
  } catch (error) {
    if (error instanceof SecretsProblem || error instanceof ClusterProblem) {
      const { what, remedy } = error;
      const code = error instanceof SecretsProblem ? error.code : undefined;
      const problem = { what, remedy, ...(code === undefined ? {} : { code }) };
      return { result: { ...empty, problem }, exitCode: error instanceof ClusterProblem ? 3 : 2 };
    }
    if (error instanceof EnvironmentProblem) {
      // What was written for the stacks before has to be told too.
      const { what, remedy } = error;
      const problem = {
        what,
        remedy: remedy === '' ? 'run it again once that is mended' : `${remedy}; then run it again`,
      };
      return { result: { ...empty, problem }, exitCode: 3 };
    }
    throw error;
  }
}

async function gather(
  bounds: Bounds,
  { file, stack, secrets: read }: Usable,
  { identities, ...known }: Known & Pick<Work, 'identities'>,
  options: SecretsOptions,
  inputs: Inputs,
): Promise<Work> {
  const folder = secretsFolder(options.stacks, stack.name);
  try {
    const state = { ...read, escrow: escrowFiles(bounds, folder) };
    const acceptance = acceptanceFor(stack, known, options, inputs);
    return { stack, file, folder, state, identities, acceptance };
  } catch (error) {
    throw problemReading(`the folder ${fromHere(folder)}`, error);
  }
}

async function carryOut(work: Work, options: SecretsOptions, inputs: Inputs): Promise<Partial<StackSecrets>> {
  const { stack } = work;
  if (options.verb === 'status') return await status(work, options);
  if (!keepsCiphertext(stack.provider)) {
    if (options.verb === 'create') return { commands: valueCommands(stack) };
    throw new SecretsProblem(
      `the values of ${stack.name} are kept ${whereElse(stack.provider)}, not here`,
      'change them there; SECRETS.md says what they are and how to generate them',
    );
  }
  switch (options.verb) {
    case 'create':
      return await create(work, options, inputs);
    case 'rotate':
      return await rotate(work, options, inputs);
    case 'reseal':
      return await reseal(work, options);
  }
}
