import type { SealingCertificate } from '../../../../secrets/sealed-secrets/certificates.ts';
import { choose } from '../../../../secrets/sealed-secrets/choice.ts';
import { statusOf } from '../../../../secrets/verbs/status.ts';
import type { SealedSecrets } from '../../../../system/providers/sealed-secrets.ts';
import { fromHere } from '../../../paths.ts';
import { type Acceptance, acceptsCertificate } from '../../acceptance.ts';
import { certificatesIn, pinnedFile } from '../../certificate.ts';
import { certificateStatus, recipientStatus } from '../../recipient-status.ts';
import type { Keeper } from '../keeper.ts';
import { openSealed } from './open.ts';
import { resealed } from './reseal.ts';

/** Files that only the controller opens; private keys open the copies in escrow. */
export const sealedKeeper: Keeper<SealedSecrets> = {
  named: async (stack, provider, { stacks }) => {
    const pinned = await certificatesIn(stacks, pinnedFile(stacks, stack, provider)).catch(() => []);
    return [...provider.escrow, ...pinned.map(({ fingerprint }) => fingerprint)];
  },
  open: openSealed,
  opens: () => async () => undefined,
  reseal: resealed,
  status: async ({ stack, file, state, acceptance }, provider, { stacks, now }) => {
    const path = pinnedFile(stacks, stack, provider);
    const pinned = await certificatesIn(stacks, path);
    const newest = newestOf(pinned, acceptance, now);
    return {
      status: statusOf(stack, { state, newest, recipients: new Map(), now }),
      recipients: [
        ...certificateStatus(pinned, fromHere(path), acceptance, now),
        ...recipientStatus(provider.escrow, file, new Map(), acceptance),
      ],
    };
  },
};

/** What values should be sealed for: a certificate that somebody has added says nothing about that. */
function newestOf(
  pinned: readonly SealingCertificate[],
  acceptance: Acceptance,
  now: Date,
): SealingCertificate | undefined {
  const accepted = pinned.filter(({ fingerprint }) => acceptsCertificate(acceptance, fingerprint));
  return choose(accepted, now).certificate ?? choose(pinned, now).certificate;
}
