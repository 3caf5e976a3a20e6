import { fetchCertificates, rotate as rotateByController } from '../../cluster/sealed-secrets-controller.ts';
import { ownCommand } from '../../model/own-command.ts';
import type { SecretFile } from '../../model/secret-files.ts';
import type { SecretKey, SecretSpec } from '../../model/secrets.ts';
import { shellWord } from '../../model/shell.ts';
import { NAME_IDENTITY } from '../../secrets/age.ts';
import { SecretsProblem } from '../../secrets/problem.ts';
import { readdressSopsFile } from '../../secrets/sops/file.ts';
import { readSopsFile, sameRecipients } from '../../secrets/sops/read.ts';
import { namingFile, needIdentity } from '../../secrets/sops/vault.ts';
import { copiesOf, fileFor, fileName, knownKey, movedOf, type SecretsState } from '../../secrets/state.ts';
import { outdatedKeys, planFromEscrow, resealByController } from '../../secrets/verbs/reseal.ts';
import { controllerOf, sealingCertificate } from './certificate.ts';
import type { SecretsOptions } from './options.ts';
import { type ChangedKey, type StackSecrets, sealedAnew } from './result.ts';
import type { Sealing } from './sealing.ts';
import {
  acceptEscrow,
  certificateOptions,
  openVault,
  sopsRecipients,
  type Work,
  write,
  writeValues,
} from './work.ts';

export async function reseal(work: Work, options: SecretsOptions): Promise<Partial<StackSecrets>> {
  const { stack, state, identities, folder } = work;
  const { provider } = stack;
  if (provider.kind === 'sops') {
    return await readdress(work, await sopsRecipients(work, provider.recipients), options);
  }
  if (provider.kind !== 'sealed-secrets') throw new Error(`${provider.kind} has no ciphertext here`);
  if (options.fromEscrow) {
    if (identities.length === 0) {
      throw new SecretsProblem(
        'opening escrow needs the private age key of one of its recipients',
        NAME_IDENTITY,
      );
    }
    const opened = await openVault(work, options);
    const wanted = stack.secrets.flatMap((secret) =>
      secret.keys.flatMap((key) => {
        const places = placesToSeal(secret, key, state, opened.sealing);
        return places.length === 0 ? [] : [{ secret, key, places }];
      }),
    );
    const wishes = await planFromEscrow(wanted, state, identities);
    if (wishes.length === 0) return { notices: opened.sealing?.notices ?? [] };
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
  const written = await write(folder, change, sealing);
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
  sealing: Sealing | undefined,
): readonly string[] {
  const moved = movedOf(state, secret);
  const hasSomewhere =
    knownKey(state, secret, key) !== undefined ||
    (moved !== undefined && Object.hasOwn(moved.keys, key.key)) ||
    copiesOf(state, secret, key).length > 0;
  if (!hasSomewhere) return [];
  return secret.places.flatMap(({ namespace }) => {
    const record = fileFor(state, secret, namespace)?.keys[key.key];
    const isCurrent = record !== undefined && record.certificate === sealing?.certificate.fingerprint;
    return isCurrent ? [] : [namespace];
  });
}

/** Each key once, in however many namespaces it is. */
function resealedKeys(files: readonly Pick<SecretFile, 'name' | 'keys'>[]): readonly ChangedKey[] {
  const all = files.flatMap(({ name, keys }) =>
    Object.keys(keys).map((key) => ({ secret: name, key, how: 'resealed', restarts: [] }) as const),
  );
  return [...new Map(all.map((one) => [`${one.secret}/${one.key}`, one])).values()];
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
