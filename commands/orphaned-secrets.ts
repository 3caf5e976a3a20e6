import { readdirSync } from 'node:fs';
import { type Bounds, placeOf } from '../files/bounds.ts';
import { secretsFolder } from '../secrets/folder.ts';
import { fromHere } from './paths.ts';

/** What the names of folders of ciphertext end in. */
const ENDING = '.secrets';

/**
 * Folders of ciphertext beside the stack files that belong to no stack: a stack may have had another name.
 *
 * @param names of all stacks
 */
export function orphanedSecrets(bounds: Bounds, stacks: string, names: readonly string[]): readonly string[] {
  return readdirSync(placeOf(bounds, stacks), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.endsWith(ENDING))
    .map(({ name }) => name.slice(0, -ENDING.length))
    .filter((name) => !names.includes(name))
    .map((name) => fromHere(secretsFolder(stacks, name)))
    .sort();
}
