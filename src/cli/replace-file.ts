import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Bounds, type NamedBy, placeOf } from '../files/bounds.ts';
import { problemWriting } from './environment-problem.ts';

/**
 * Writes a single file at once: nobody reads half of it. Where a link within the repository leads to a file, that file
 * is written and the link stays.
 *
 * @param by who named the file. @default - a person, who may name any place outside of the repository
 * @throws EnvironmentProblem, also when the file is inside the repository by its name and really is not
 */
export async function replaceFile(
  bounds: Bounds,
  file: string,
  text: string,
  by: NamedBy = 'person',
): Promise<void> {
  let draft: string | undefined;
  try {
    const place = placeOf(bounds, file, by);
    await mkdir(dirname(place), { recursive: true });
    draft = `${place}.${randomBytes(6).toString('hex')}.tmp`;
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, place);
  } catch (error) {
    if (draft !== undefined) await rm(draft, { force: true });
    throw await problemWriting(file, error);
  }
}
