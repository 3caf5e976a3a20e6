import { dirname, join } from 'node:path';
import { boundsOf } from '../../files/bounds.ts';
import { isRecipient } from '../../model/age-recipient.ts';
import type { SecretKey, SecretSpec } from '../../model/secrets.ts';
import type { Stack } from '../../model/stack.ts';
import type { Identity } from '../../secrets/age.ts';
import { CERTIFICATES } from '../../secrets/folder.ts';
import type { Keys } from '../../secrets/present-value.ts';
import { sealedVault } from '../../secrets/sealed-secrets/vault.ts';
import { readSopsFile } from '../../secrets/sops/read.ts';
import { opensSops, sopsVault } from '../../secrets/sops/vault.ts';
import type { SecretsState } from '../../secrets/state.ts';
import type { SecretValue } from '../../secrets/values/value.ts';
import type { Vault } from '../../secrets/vault.ts';
import { changeFolder, type FolderChange, type Wish } from '../../secrets/verbs/change.ts';
import { fromHere } from '../paths.ts';
import { replaceFile } from '../replace-file.ts';
import { writeOutput } from '../write-output.ts';
import { checkCertificateFlags } from './accept-certificate.ts';
import { acceptRecipients } from './accept-recipients.ts';
import type { Acceptance } from './acceptance.ts';
import { sealingCertificate } from './certificate.ts';
import { askFor, fileValue, type Inputs } from './inputs.ts';
import type { SecretsOptions } from './options.ts';
import type { EncryptedFor, StackSecrets } from './result.ts';
import type { CertificateOptions, Sealing } from './sealing.ts';

/** A stack, and what there is of its Secrets. */
export interface Work {
  readonly stack: Stack;
  /** The stack file, as messages name it. */
  readonly file: string;
  readonly folder: string;
  readonly state: SecretsState;
  readonly identities: readonly Identity[];
  /** Whom values may be encrypted for. */
  readonly acceptance: Acceptance;
}

/** What turns values into files, and what comes with it. */
export interface Opened {
  readonly vault: Vault;
  readonly escrow: readonly string[];
  readonly sealing: Sealing | undefined;
  readonly encryptedFor: EncryptedFor;
}

/**
 * Finds out whom to encrypt for, all of whom the person at the computer has accepted.
 *
 * @throws EnvironmentProblem, SecretsProblem, ClusterProblem where there is nothing to encrypt for
 */
export async function openVault(work: Work, options: SecretsOptions): Promise<Opened> {
  const { stack, identities } = work;
  const { provider } = stack;
  if (provider.kind === 'sops') {
    const recipients = await sopsRecipients(work, provider.recipients);
    const vault = sopsVault({ stack: stack.name, recipients, identities, now: options.now });
    return { vault, escrow: [], sealing: undefined, encryptedFor: { recipients } };
  }
  if (provider.kind !== 'sealed-secrets') throw new Error(`${provider.kind} has no ciphertext here`);
  const { escrow } = provider;
  const sealing = await sealingCertificate(work, provider, certificateOptions(options), false);
  await acceptEscrow(work, escrow);
  const { certificate } = sealing;
  return {
    vault: sealedVault(stack.name, certificate),
    escrow,
    sealing,
    encryptedFor: { certificate: certificate.fingerprint, recipients: escrow },
  };
}

/** With what the values of a stack can be opened here: those of SOPS and the copies in escrow, with a private key. */
export function keysOf({ stack, identities }: Pick<Work, 'stack' | 'identities'>): Keys {
  const open = stack.provider.kind === 'sops' ? opensSops(identities) : async () => undefined;
  return { open, identities };
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

/**
 * The recipients that the stack file names, all of whom the person has accepted.
 *
 * @throws SecretsProblem
 */
export async function sopsRecipients(
  { acceptance, file, state }: Pick<Work, 'acceptance' | 'file' | 'state'>,
  recipients: readonly string[],
): Promise<readonly string[]> {
  checkCertificateFlags(acceptance, { names: [], holder: file });
  const present = [...new Set([...state.needed, ...state.elsewhere].flatMap(({ text }) => namedIn(text)))];
  await acceptRecipients(acceptance, { recipients, setting: 'secrets.recipients', file, present });
  return recipients;
}

/** The recipients that a file of SOPS names: what is not one is nobody's to read. */
export function namedIn(text: string): readonly string[] {
  return readSopsFile(text).recipients.filter(isRecipient);
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

/** Encrypts and writes values, then forgets them. */
export async function writeValues(
  { state, folder }: Work,
  wishes: readonly Wish[],
  { vault, escrow, sealing, encryptedFor }: Opened,
  { now }: SecretsOptions,
): Promise<Partial<StackSecrets>> {
  try {
    const change = await changeFolder(wishes, { state, vault, escrow, now });
    const written = await write(folder, change, sealing);
    return { ...written, encryptedFor, notices: sealing?.notices ?? [] };
  } finally {
    for (const { value } of wishes) value.wipe();
  }
}

export async function write(
  folder: string,
  { texts, unwanted, expected }: FolderChange,
  sealing: Sealing | undefined,
): Promise<{ readonly written: readonly string[]; readonly removed: readonly string[] }> {
  const bounds = boundsOf(dirname(folder));
  const all = new Map(texts);
  const pin = sealing?.pin;
  const isOwn = pin?.file === join(folder, CERTIFICATES);
  if (pin !== undefined && isOwn) all.set(CERTIFICATES, pin.text);
  if (pin !== undefined && !isOwn) await replaceFile(bounds, pin.file, pin.text, 'repository');
  if (all.size === 0 && unwanted.size === 0) return { written: [], removed: [] };
  const { changed, removed } = await writeOutput(bounds, folder, all, { unwanted, expected });
  const shown = (path: string): string => `${fromHere(folder)}/${path}`;
  return {
    written: [...(pin === undefined || isOwn ? [] : [fromHere(pin.file)]), ...changed.map(shown)],
    removed: removed.map(shown),
  };
}

/** Asks for what only the operator knows, where there is somebody to ask. */
export function asker(
  { yes }: SecretsOptions,
  { terminal }: Inputs,
): (secret: SecretSpec, key: SecretKey) => Promise<SecretValue | undefined> {
  return async (secret, key) =>
    yes || terminal === undefined ? undefined : await askFor(secret, key, terminal);
}

export async function oldSigningKey({
  oldSigningKey: file,
}: SecretsOptions): Promise<SecretValue | undefined> {
  return file === undefined ? undefined : await fileValue(file, 'the file given with --old-signing-key');
}
