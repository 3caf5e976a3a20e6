import type { SealingCertificate } from '../../secrets/sealed-secrets/certificates.ts';
import { choose } from '../../secrets/sealed-secrets/choice.ts';
import { statusOf } from '../../secrets/verbs/status.ts';
import { fromHere } from '../paths.ts';
import { type Acceptance, acceptsCertificate } from './acceptance.ts';
import { certificatesIn, pinnedFile } from './certificate.ts';
import type { SecretsOptions } from './options.ts';
import { certificateStatus, recipientStatus } from './recipient-status.ts';
import type { StackSecrets } from './result.ts';
import { namedIn, type Work } from './work.ts';

/**
 * How the value of each key is, in each of its places, and for whom it is encrypted. Writes nothing.
 *
 * @throws EnvironmentProblem, SecretsProblem
 */
export async function status(
  { stack, file, state, acceptance }: Work,
  { stacks, now }: SecretsOptions,
): Promise<Pick<StackSecrets, 'status' | 'recipients'>> {
  const { provider } = stack;
  if (provider.kind === 'sops') {
    const recipients = new Map(state.needed.map((one) => [one.file, namedIn(one.text)]));
    return {
      status: statusOf(stack, { state, newest: undefined, recipients, now }),
      recipients: recipientStatus(provider.recipients, file, recipients, acceptance),
    };
  }
  const context = { state, recipients: new Map<string, readonly string[]>(), now };
  if (provider.kind !== 'sealed-secrets')
    return { status: statusOf(stack, { ...context, newest: undefined }) };
  const path = pinnedFile(stacks, stack, provider);
  const pinned = await certificatesIn(stacks, path);
  const newest = newestOf(pinned, acceptance, now);
  return {
    status: statusOf(stack, { ...context, newest }),
    recipients: [
      ...certificateStatus(pinned, fromHere(path), acceptance, now),
      ...recipientStatus(provider.escrow, file, new Map(), acceptance),
    ],
  };
}

/** What values should be sealed for: a certificate that somebody has added says nothing about that. */
function newestOf(
  pinned: readonly SealingCertificate[],
  acceptance: Acceptance,
  now: Date,
): SealingCertificate | undefined {
  const accepted = pinned.filter(({ fingerprint }) => acceptsCertificate(acceptance, fingerprint));
  return choose(accepted, now).certificate ?? choose(pinned, now).certificate;
}
