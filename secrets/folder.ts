import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EscrowFile, readEscrowPath } from './escrow-files.ts';
import type { SecretText } from './kept.ts';

/** The certificates that a stack's values are sealed for, below its folder of ciphertext. */
export const CERTIFICATES = 'certificates.pem';

/** The folder of ciphertext of a stack, beside its file. */
export function secretsFolder(stacks: string, stack: string): string {
  return join(stacks, `${stack}.secrets`);
}

/**
 * The `.yaml` files of a folder of ciphertext, sorted; none where there is no such folder.
 *
 * @param shown the folder as messages show it
 * @throws the system's error where it cannot be read
 */
export async function secretTexts(folder: string, shown: string): Promise<readonly SecretText[]> {
  const texts: SecretText[] = [];
  for (const name of await names(folder)) {
    if (!/\.ya?ml$/.test(name)) continue;
    texts.push({ file: `${shown}/${name}`, text: await readFile(join(folder, name)) });
  }
  return texts;
}

/** Copies of values that are encrypted a second time. */
export async function escrowFiles(folder: string): Promise<readonly EscrowFile[]> {
  const files: EscrowFile[] = [];
  for (const secret of await names(join(folder, 'escrow'))) {
    for (const name of await names(join(folder, 'escrow', secret))) {
      const path = `escrow/${secret}/${name}`;
      const read = readEscrowPath(path);
      if (read !== undefined) files.push({ ...read, text: await readFile(join(folder, path), 'utf8') });
    }
  }
  return files;
}

/** Names in a folder, sorted; none where there is none. */
async function names(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
