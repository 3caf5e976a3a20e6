import {
  fetchCertificates,
  rotate as rotateByController,
} from '../../../../cluster/sealed-secrets-controller.ts';
import { shellWord } from '../../../../plain/shell.ts';
import { NAME_IDENTITY } from '../../../../secrets/age.ts';
import { SecretsProblem } from '../../../../secrets/problem.ts';
import { copiesOf, fileFor, knownKey, movedOf, type SecretsState } from '../../../../secrets/state.ts';
import { outdatedKeys, planFromEscrow, resealByController } from '../../../../secrets/verbs/reseal.ts';
import { ownCommand } from '../../../../stack/own-command.ts';
import type { SealedSecrets } from '../../../../system/providers/sealed-secrets.ts';
import type { SecretKey, SecretSpec } from '../../../../system/secrets.ts';
import { controllerOf, sealingCertificate } from '../../certificate.ts';
import type { SecretsOptions } from '../../options.ts';
import { resealedKeys, type StackSecrets, sealedAnew } from '../../result.ts';
import type { Sealing } from '../../sealing.ts';
import { type Work, write, writeValues } from '../../work.ts';
import { acceptEscrow, certificateOptions, openSealed } from './open.ts';

/**
 * Seals the same values again for the newest certificate: by the controller, which opens and seals them, or out of
 * escrow.
 */
export async function resealed(
  work: Work,
  provider: SealedSecrets,
  options: SecretsOptions,
): Promise<Partial<StackSecrets>> {
  const { stack, state, identities, folder } = work;
  if (options.fromEscrow) {
    if (identities.length === 0) {
      throw new SecretsProblem(
        'opening escrow needs the private age key of one of its recipients',
        NAME_IDENTITY,
      );
    }
    const opened = await openSealed(work, provider, options);
    const wanted = stack.secrets.flatMap((secret) =>
      secret.keys.flatMap((key) => {
        const places = placesToSeal(secret, key, state, opened.sealing);
        return places.length === 0 ? [] : [{ secret, key, places }];
      }),
    );
    const wishes = await planFromEscrow(wanted, state, identities);
    if (wishes.length === 0) return { notices: opened.notices };
    return { ...(await writeValues(work, wishes, opened, options)), changed: wishes.map(sealedAnew) };
  }
  if (state.elsewhere.length > 0) {
    throw new SecretsProblem(
      `${state.elsewhere.map(({ file }) => file).join(', ')}: sealed for a different namespace; the controller opens it only there`,
      `put the namespace back, or run ${ownCommand(`secrets reseal --from-escrow --stack ${shellWord(stack.name)}`)}`,
    );
  }
  const sealing = await sealingCertificate(work, provider, certificateOptions(options), true);
  // Nothing is encrypted for escrow here; but what the command line accepts is recorded, or a mistake.
  if (work.acceptance.flags.recipients.length > 0) await acceptEscrow(work, provider.escrow);
  const outdated = state.needed.filter((file) => outdatedKeys(file, sealing.certificate).length > 0);
  const controller = sealing.controller ?? controllerOf(provider, certificateOptions(options));
  const change = await resealByController(outdated, sealing.certificate, (values) =>
    rotateByController(controller, values),
  );
  if (outdated.length > 0) checkSameCertificate(sealing, await fetchCertificates(controller));
  const written = await write(folder, change, sealing.pin);
  const changed = resealedKeys(outdated);
  const encryptedFor = { certificate: sealing.certificate.fingerprint, recipients: [] };
  return { ...written, changed, notices: sealing.notices, ...(changed.length > 0 ? { encryptedFor } : {}) };
}

/** The controller may have renewed its key in between: then nobody knows which one its answers are sealed for. */
function checkSameCertificate(
  { certificate }: Sealing,
  now: readonly { readonly fingerprint: string }[],
): void {
  if (now.some(({ fingerprint }) => fingerprint === certificate.fingerprint)) return;
  throw new SecretsProblem(
    'the controller seals for another certificate than the newest that is known here; nothing was changed',
    'run it again; with --cert, give the certificate that the controller has now',
  );
}

/** The namespaces in which a key has to be sealed again: those where nothing opens, now or with the newest key. */
function placesToSeal(
  secret: SecretSpec,
  key: SecretKey,
  state: SecretsState,
  { certificate }: Sealing,
): readonly string[] {
  const moved = movedOf(state, secret);
  const hasSomewhere =
    knownKey(state, secret, key) !== undefined ||
    (moved !== undefined && Object.hasOwn(moved.keys, key.key)) ||
    copiesOf(state, secret, key).length > 0;
  if (!hasSomewhere) return [];
  return secret.places.flatMap(({ namespace }) => {
    const record = fileFor(state, secret, namespace)?.keys[key.key];
    const isCurrent = record !== undefined && record.certificate === certificate.fingerprint;
    return isCurrent ? [] : [namespace];
  });
}
