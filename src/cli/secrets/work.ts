import { dirname, join } from 'node:path';
import type { Stack } from '../../../charts/stack/stack.ts';
import { boundsOf } from '../../files/bounds.ts';
import type { Identity } from '../../secrets/age.ts';
import { CERTIFICATES } from '../../secrets/folder.ts';
import type { SecretsState } from '../../secrets/state.ts';
import type { SecretValue } from '../../secrets/values/value.ts';
import type { Vault } from '../../secrets/vault.ts';
import { changeFolder, type FolderChange, type Wish } from '../../secrets/verbs/change.ts';
import type { SecretKey, SecretSpec } from '../../system/secrets.ts';
import { fromHere } from '../paths.ts';
import { replaceFile } from '../replace-file.ts';
import { writeOutput } from '../write-output.ts';
import type { Acceptance } from './acceptance.ts';
import { askFor, fileValue, type Inputs } from './inputs.ts';
import type { SecretsOptions } from './options.ts';
import type { EncryptedFor, StackSecrets } from './result.ts';

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

/** A file that is written together with values, in their folder or elsewhere. */
export interface Companion {
  readonly file: string;
  readonly text: string;
}

/** What turns values into files, and what comes with it. */
export interface Opened {
  readonly vault: Vault;
  /** Age recipients of copies. */
  readonly escrow: readonly string[];
  /** A file that has to go with the values, such as the certificate that they are sealed for. */
  readonly companion: Companion | undefined;
  /** What the person should know. */
  readonly notices: readonly string[];
  readonly encryptedFor: EncryptedFor;
}

/** Encrypts and writes values, then forgets them. */
export async function writeValues(
  { state, folder }: Work,
  wishes: readonly Wish[],
  { vault, escrow, companion, notices, encryptedFor }: Opened,
  { now }: SecretsOptions,
): Promise<Partial<StackSecrets>> {
  try {
    const change = await changeFolder(wishes, { state, vault, escrow, now });
    const written = await write(folder, change, companion);
    return { ...written, encryptedFor, notices };
  } finally {
    for (const { value } of wishes) value.wipe();
  }
}

export async function write(
  folder: string,
  { texts, unwanted, expected }: FolderChange,
  companion: Companion | undefined,
): Promise<{ readonly written: readonly string[]; readonly removed: readonly string[] }> {
  const bounds = boundsOf(dirname(folder));
  const all = new Map(texts);
  const isOwn = companion?.file === join(folder, CERTIFICATES);
  if (companion !== undefined && isOwn) all.set(CERTIFICATES, companion.text);
  if (companion !== undefined && !isOwn) {
    await replaceFile(bounds, companion.file, companion.text, 'repository');
  }
  if (all.size === 0 && unwanted.size === 0) return { written: [], removed: [] };
  const { changed, removed } = await writeOutput(bounds, folder, all, { unwanted, expected });
  const shown = (path: string): string => `${fromHere(folder)}/${path}`;
  return {
    written: [...(companion === undefined || isOwn ? [] : [fromHere(companion.file)]), ...changed.map(shown)],
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
  return file === undefined
    ? undefined
    : await fileValue(file, 'the file with the old signing key', 'after --old-signing-key');
}
