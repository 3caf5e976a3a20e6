import { sealedVault } from '../../../../secrets/sealed-secrets/vault.ts';
import type { SealedSecrets } from '../../../../system/providers/sealed-secrets.ts';
import { acceptRecipients } from '../../accept-recipients.ts';
import { sealingCertificate } from '../../certificate.ts';
import type { SecretsOptions } from '../../options.ts';
import type { CertificateOptions, Sealing } from '../../sealing.ts';
import type { Opened, Work } from '../../work.ts';

/**
 * Finds the certificate to seal for, and who gets copies, all of whom the person has accepted.
 *
 * @throws EnvironmentProblem, SecretsProblem, ClusterProblem where there is nothing to seal for
 */
export async function openSealed(
  work: Work,
  provider: SealedSecrets,
  options: SecretsOptions,
): Promise<Opened & { readonly sealing: Sealing }> {
  const { escrow } = provider;
  const sealing = await sealingCertificate(work, provider, certificateOptions(options), false);
  await acceptEscrow(work, escrow);
  const { certificate, pin, notices } = sealing;
  return {
    vault: sealedVault(work.stack.name, certificate),
    escrow,
    sealing,
    companion: pin,
    notices,
    encryptedFor: { certificate: certificate.fingerprint, recipients: escrow },
  };
}

/**
 * Makes sure that the person has accepted everybody whom copies in escrow are encrypted for.
 *
 * @throws SecretsProblem
 */
export async function acceptEscrow(
  { acceptance, file }: Pick<Work, 'acceptance' | 'file'>,
  recipients: readonly string[],
): Promise<void> {
  // A file of age does not say whom it is encrypted for.
  const present = undefined;
  await acceptRecipients(acceptance, { recipients, setting: 'secrets.escrow', file, present });
}

export function certificateOptions({
  stacks,
  cert,
  controller,
  context,
  now,
}: SecretsOptions): CertificateOptions {
  return { stacks, cert, controller, context, now };
}
