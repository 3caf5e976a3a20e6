import { fetchCertificates, rotate as rotateByController } from '../../cluster/sealed-secrets-controller.ts';
import { ownCommand } from '../../model/own-command.ts';
import type { SecretKey, SecretSpec } from '../../model/secrets.ts';
import { shellWord } from '../../model/shell.ts';
import { NAME_IDENTITY } from '../../secrets/age.ts';
import { SecretsProblem } from '../../secrets/problem.ts';
import { readdressSopsFile } from '../../secrets/sops/file.ts';
import { readSopsFile, sameRecipients } from '../../secrets/sops/read.ts';
import { namingFile, needIdentity } from '../../secrets/sops/vault.ts';
import { copiesOf, fileName, keptOf, movedOf, type SecretsState } from '../../secrets/state.ts';
import { outdatedKeys, planFromEscrow, resealByController } from '../../secrets/verbs/reseal.ts';
import { controllerOf, sealingCertificate } from './certificate.ts';
import type { SecretsOptions } from './options.ts';
import { type ChangedKey, type StackSecrets, sealedAnew } from './result.ts';
import type { Sealing } from './sealing.ts';
import {
  acceptEscrow,
  certificateOptions,
  keep,
  openVault,
  sopsRecipients,
  type Work,
  write,
} from './work.ts';

export async function reseal(work: Work, options: SecretsOptions): Promise<Partial<StackSecrets>> {
  const { stack, state, identities, folder } = work;
  const { provider } = stack;
  if (provider.kind === 'sops') {
    return await readdress(work, await sopsRecipients(work, provider.recipients), options);
  }
  if (provider.kind !== 'sealed-secrets') throw new Error(`${provider.kind} keeps nothing here`);
  if (options.fromEscrow) {
    if (identities.length === 0) {
      throw new SecretsProblem(
        'opening escrow needs the private age key of one of its recipients',
        NAME_IDENTITY,
      );
    }
    const opened = await openVault(work, options);
    const wanted = stack.secrets.flatMap((secret) =>
      secret.keys
        .filter((key) => needsSealing(secret, key, state, opened.sealing))
        .map((key) => ({ secret, key })),
    );
    const wishes = await planFromEscrow(wanted, state, identities);
    if (wishes.length === 0) return { notices: opened.sealing?.notices ?? [] };
    return { ...(await keep(work, wishes, opened, options)), changed: wishes.map(sealedAnew) };
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
  const outdated = state.kept.filter((kept) => outdatedKeys(kept, sealing.certificate).length > 0);
  const controller = sealing.controller ?? controllerOf(provider, certificateOptions(options));
  const change = await resealByController(outdated, sealing.certificate, (values) =>
    rotateByController(controller, values),
  );
  if (outdated.length > 0) checkSameCertificate(sealing, await fetchCertificates(controller));
  const written = await write(folder, change, sealing);
  const changed = outdated.flatMap(({ name, keys }) =>
    Object.keys(keys).map((key) => ({ secret: name, key, how: 'resealed', restarts: [] }) as const),
  );
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

function needsSealing(
  secret: SecretSpec,
  key: SecretKey,
  state: SecretsState,
  sealing: Sealing | undefined,
): boolean {
  const kept = keptOf(state, secret);
  const record = kept?.keys[key.key];
  if (record !== undefined) return record.certificate !== sealing?.certificate.fingerprint;
  const moved = movedOf(state, secret);
  if (moved !== undefined && Object.hasOwn(moved.keys, key.key)) return true;
  return copiesOf(state, secret, key).length > 0;
}

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
  const changed: ChangedKey[] = [];
  for (const kept of state.kept) {
    const { name, file, text, keys } = kept;
    if (sameRecipients(readSopsFile(text).recipients, recipients)) continue;
    needIdentity(identities, file);
    const path = fileName(kept);
    texts.set(path, await namingFile(file, () => readdressSopsFile(text, identities, recipients, now)));
    expected.set(path, text);
    for (const key of Object.keys(keys)) changed.push({ secret: name, key, how: 'resealed', restarts: [] });
  }
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
