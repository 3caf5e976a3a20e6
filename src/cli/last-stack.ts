import { lstatSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Written } from '../disk/write.ts';
import type { Bounds } from '../files/bounds.ts';
import { headerPath } from '../render/header.ts';
import { ownCommand } from '../stack/own-command.ts';
import { EnvironmentProblem } from './environment-problem.ts';
import { afterRemoval } from './notice.ts';
import { fromHere } from './paths.ts';
import { VERSION_FILE } from './tool-version.ts';
import { untouchedFiles } from './untouched.ts';
import { UsageProblem } from './usage-problem.ts';
import { writeOutput } from './write-output.ts';

/** What a person has said about removing the last stack. */
export interface Removal {
  /** Removes without a question. */
  readonly prune: boolean;
  /** Asks the person at the terminal; undefined where there is none. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

/** What was rendered from the files of a folder of stacks, and what was rendered from elsewhere. */
interface Left {
  /** How many files there are of each stack. */
  readonly stacks: ReadonlyMap<string, number>;
  readonly others: ReadonlySet<string>;
}

/** Only what was rendered from this very folder: a mistyped --stacks must not look like an empty one. */
async function leftOf(out: string, folder: string): Promise<Left> {
  const own = posix.dirname(headerPath(fromHere(join(folder, 'any.yaml'))));
  const stacks = new Map<string, number>();
  const others = await untouchedFiles(out, ({ stack, from }) => {
    if (posix.dirname(from) !== own) return true;
    stacks.set(stack, (stacks.get(stack) ?? 0) + 1);
    return false;
  });
  return { stacks, others };
}

/** True if the stacks folder is gone, as it is after its last file was removed: Git does not keep empty folders. */
export async function lostItsFolder(out: string, folder: string): Promise<boolean> {
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return false;
  return (await leftOf(out, folder)).stacks.size > 0;
}

/** For a folder of stacks without any. */
export function noStackFile(folder: string): EnvironmentProblem {
  return new EnvironmentProblem(`there are no stack files in ${folder}; add one, such as example.yaml`);
}

/**
 * What becomes of the output folder when the last stack file is gone: without a clear word it stays.
 *
 * @param removal undefined where nothing may be removed in any case
 * @throws UsageProblem when nobody has said what to do, EnvironmentProblem when nothing is there to be removed
 */
export async function removeLastStacks(
  bounds: Bounds,
  out: string,
  folder: string,
  removal: Removal | undefined,
): Promise<Written> {
  const { stacks, others } = await leftOf(out, folder);
  if (stacks.size === 0) throw noStackFile(folder);
  const left = [...stacks].map(([name, files]) => `${name} (${files} files)`).join(', ');
  const what = `there is no stack file in ${folder} any more, and ${out} still holds what was rendered of ${left}`;
  const then = afterRemoval();
  const isAgreed =
    removal !== undefined &&
    (removal.prune || (await removal.confirm?.(`${what}. Remove that? (${then})`)) === true);
  if (!isAgreed) {
    throw new UsageProblem(
      what,
      `restore the file from Git, or run ${ownCommand('synth --prune')} to remove what was rendered; ${then}; nothing was changed`,
    );
  }
  const unwanted = others.size === 0 ? new Set([VERSION_FILE]) : new Set<string>();
  return await writeOutput(bounds, out, new Map(), { untouched: others, unwanted });
}
