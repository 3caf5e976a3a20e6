import { SecretsProblem } from '../../../secrets/problem.ts';
import { readdressSopsFile } from '../../../secrets/sops/file.ts';
import { readSopsFile, sameRecipients } from '../../../secrets/sops/read.ts';
import { namingFile, needIdentity, opensSops, sopsVault } from '../../../secrets/sops/vault.ts';
import { fileName } from '../../../secrets/state.ts';
import { statusOf } from '../../../secrets/verbs/status.ts';
import { isRecipient } from '../../../stack/age-recipient.ts';
import type { Sops } from '../../../system/providers/sops.ts';
import { checkCertificateFlags } from '../accept-certificate.ts';
import { acceptRecipients } from '../accept-recipients.ts';
import type { SecretsOptions } from '../options.ts';
import { recipientStatus } from '../recipient-status.ts';
import { resealedKeys, type StackSecrets } from '../result.ts';
import { type Work, write } from '../work.ts';
import type { Keeper } from './keeper.ts';

/** Files that a private key of each of their recipients opens, here too. */
export const sopsKeeper: Keeper<Sops> = {
  named: async (_stack, { recipients }) => recipients,
  open: async (work, provider, { now }) => {
    const recipients = await accepted(work, provider);
    const vault = sopsVault({ stack: work.stack.name, recipients, identities: work.identities, now });
    return { vault, escrow: [], companion: undefined, notices: [], encryptedFor: { recipients } };
  },
  opens: opensSops,
  reseal: async (work, provider, options) => await readdress(work, await accepted(work, provider), options),
  status: async ({ stack, file, state, acceptance }, provider, { now }) => {
    const recipients = new Map(state.needed.map((one) => [one.file, namedIn(one.text)]));
    return {
      status: statusOf(stack, { state, newest: undefined, recipients, now }),
      recipients: recipientStatus(provider.recipients, file, recipients, acceptance),
    };
  },
};

/**
 * The recipients that the stack file names, all of whom the person has accepted.
 *
 * @throws SecretsProblem
 */
async function accepted(
  { acceptance, file, state }: Pick<Work, 'acceptance' | 'file' | 'state'>,
  { recipients }: Sops,
): Promise<readonly string[]> {
  checkCertificateFlags(acceptance, { names: [], holder: file });
  const present = [...new Set([...state.needed, ...state.elsewhere].flatMap(({ text }) => namedIn(text)))];
  await acceptRecipients(acceptance, { recipients, setting: 'secrets.recipients', file, present });
  return recipients;
}

/** The recipients that a file of SOPS names: what is not one is nobody's to read. */
function namedIn(text: string): readonly string[] {
  return readSopsFile(text).recipients.filter(isRecipient);
}

/** Encrypts the same files for the recipients that the stack file names now. */
async function readdress(
  { state, identities, folder }: Work,
  recipients: readonly string[],
  { now }: SecretsOptions,
): Promise<Partial<StackSecrets>> {
  if (state.elsewhere.length > 0) {
    throw new SecretsProblem(
      state.elsewhere.map(({ file, namespace }) => `${file} is for the namespace ${namespace}`).join('; '),
      'put the namespace back, or change metadata.namespace there with "sops edit"',
    );
  }
  const texts = new Map<string, string>();
  const expected = new Map<string, string | undefined>();
  const others = state.needed.filter(
    ({ text }) => !sameRecipients(readSopsFile(text).recipients, recipients),
  );
  for (const one of others) {
    const { file, text } = one;
    needIdentity(identities, file);
    const path = fileName(one);
    texts.set(path, await namingFile(file, () => readdressSopsFile(text, identities, recipients, now)));
    expected.set(path, text);
  }
  const changed = resealedKeys(others);
  return {
    ...(await write(folder, { texts, unwanted: new Set(), expected }, undefined)),
    changed,
    ...(changed.length > 0 ? { encryptedFor: { recipients } } : {}),
    notices:
      changed.length > 0
        ? [
            'whoever could open the old files still can, from the history of git: rotate the values that they must not know',
          ]
        : [],
  };
}
