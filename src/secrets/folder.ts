import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Bounds, placeOf, refusedBySystem } from '../files/bounds.ts';
import { FileProblem } from '../files/problem.ts';
import { readBytes, readText } from '../files/read.ts';
import { type EscrowFile, readEscrowPath } from './escrow-files.ts';
import type { SecretText } from './read-files.ts';

/** The certificates that a stack's values are sealed for, below its folder of ciphertext. */
export const CERTIFICATES = 'certificates.pem';

/** The folder of ciphertext of a stack, beside its file. */
export function secretsFolder(stacks: string, stack: string): string {
  return join(stacks, `${stack}.secrets`);
}

/**
 * The `.yaml` files of a folder of ciphertext, sorted; none where there is no such folder. Hidden files are those of
 * editors and systems.
 *
 * @param shown the folder as messages show it
 * @throws FileProblem where one cannot be read, or leads out of the repository
 */
export function secretTexts(bounds: Bounds, folder: string, shown: string): readonly SecretText[] {
  return names(bounds, folder)
    .filter((name) => /^[^.].*\.ya?ml$/s.test(name))
    .map((name) => ({
      file: `${shown}/${name}`,
      text: readBytes(bounds, join(folder, name), 'repository'),
    }));
}

/**
 * Copies of values that are encrypted a second time.
 *
 * @throws FileProblem as {@link secretTexts}
 */
export function escrowFiles(bounds: Bounds, folder: string): readonly EscrowFile[] {
  const files: EscrowFile[] = [];
  for (const secret of names(bounds, join(folder, 'escrow'))) {
    for (const name of names(bounds, join(folder, 'escrow', secret))) {
      const path = `escrow/${secret}/${name}`;
      const read = readEscrowPath(path);
      if (read !== undefined)
        files.push({ ...read, text: readText(bounds, join(folder, path), 'repository') });
    }
  }
  return files;
}

/** Names in a folder, sorted; none where there is none. */
function names(bounds: Bounds, folder: string): readonly string[] {
  try {
    return readdirSync(placeOf(bounds, folder, 'repository')).sort();
  } catch (error) {
    const problem = error instanceof FileProblem ? error : refusedBySystem(folder, error);
    if (problem.kind === 'missing') return [];
    throw problem;
  }
}
