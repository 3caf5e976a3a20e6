import type { Stack } from '../../../charts/stack/stack.ts';
import { acceptedFor, NOTHING_ACCEPTED, stackKey } from '../../secrets/acceptance/record.ts';
import { type Identity, recipientsOf } from '../../secrets/age.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { keepsCiphertext } from '../../system/secret-settings.ts';
import { UsageProblem } from '../usage-problem.ts';
import { type Acceptance, type AcceptFlags, acceptanceOf, strayFlag } from './acceptance.ts';
import { type AcceptedFile, addAccepted, openAccepted } from './accepted-file.ts';
import type { Inputs } from './inputs.ts';
import { namedBy } from './keepers/index.ts';
import type { SecretsOptions } from './options.ts';
import type { Work } from './work.ts';

/** What is known of people and their keys before any stack is looked at. */
export interface Known extends Pick<Acceptance, 'flags' | 'everywhere' | 'own'> {
  /** Undefined where no stack keeps ciphertext here. */
  readonly accepted: AcceptedFile | undefined;
}

/**
 * Reads what the person has accepted before, and what the chosen stacks name.
 *
 * @param isComplete whether these are all that were chosen: of others it is not known what they name
 * @throws UsageProblem, EnvironmentProblem, AgeProblem
 */
export async function knownRecipients(
  stacks: readonly Stack[],
  isComplete: boolean,
  identities: readonly Identity[],
  flags: AcceptFlags,
  options: SecretsOptions,
  { environment }: Inputs,
): Promise<Known> {
  const keeping = stacks.filter(({ provider }) => keepsCiphertext(provider));
  const accepted = keeping.length === 0 ? undefined : await openAccepted(environment, options.stacks);
  const wanted = [...flags.certificates, ...flags.recipients];
  const named = wanted.length === 0 ? [] : await Promise.all(keeping.map((stack) => namedBy(stack, options)));
  const everywhere = isComplete ? new Set(named.flat()) : undefined;
  const stray = strayFlag(wanted, [], { everywhere });
  // Otherwise it may still be in the file of --cert, or be what the controller gives.
  const isCertain = options.verb === 'status' || keeping.length === 0;
  if (stray !== undefined && isCertain) {
    throw new UsageProblem(
      `the command line accepts ${stray}, which nothing in these stacks uses`,
      `compare it with what ${ownCommand('secrets status')} says without that option`,
    );
  }
  return { flags, accepted, everywhere, own: await recipientsOf(identities) };
}

/** The acceptance of one of the stacks. */
export function acceptanceFor(
  stack: Stack,
  { accepted, ...known }: Known,
  { yes }: Pick<SecretsOptions, 'yes'>,
  { terminal }: Pick<Inputs, 'terminal'>,
): Acceptance {
  const recorded =
    accepted === undefined
      ? NOTHING_ACCEPTED
      : acceptedFor(accepted.record, accepted.folder, stackKey(stack));
  return acceptanceOf(stack, { recorded, ...known }, yes ? undefined : terminal);
}

/** Records whom the person has accepted in this run, once everything is written. */
export async function recordAccepted(
  { stack, acceptance }: Pick<Work, 'stack' | 'acceptance'>,
  { accepted }: Pick<Known, 'accepted'>,
  { verb }: SecretsOptions,
): Promise<readonly string[]> {
  if (accepted === undefined || verb === 'status') return [];
  const why = await addAccepted(accepted, stackKey(stack), acceptance.remembered());
  return why === undefined
    ? []
    : [`the accepted recipients could not be recorded, so they count for this run only: ${why}`];
}
