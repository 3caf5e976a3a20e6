import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { FileProblem } from '../files/problem.ts';
import { readRegular } from '../files/read.ts';
import { EnvironmentProblem, problemReading } from './environment-problem.ts';

/** Its name, whatever the package is called that brings it. */
const NAME = 'matrix-gitops';

/** The version of this program. */
export const TOOL_VERSION: string = packageJson.version;

/**
 * The one file of the output folder that says which version wrote it: a new version changes one line in all of dist/.
 * Neither kustomize nor Flux reads it: no kustomization names it, and both look for .yaml files only.
 */
export const VERSION_FILE = '.matrix-gitops.json';

/** Bytes; it has 60. */
const LARGEST = 4096;

/** Its text. */
export function versionText(version: string): string {
  return `${JSON.stringify({ writtenBy: NAME, version }, undefined, 2)}\n`;
}

/**
 * Refuses to work on an output folder that a newer version wrote: this one would quietly take back what that changed.
 *
 * @throws EnvironmentProblem when a newer version wrote the folder, or when its version cannot be read
 */
export async function refuseNewerTree(folder: string, own = TOOL_VERSION): Promise<void> {
  const place = `${folder}/${VERSION_FILE}`;
  const written = await writtenVersion(folder, place);
  if (written === undefined || compareVersions(written, own) <= 0) return;
  throw new EnvironmentProblem(
    `${folder} was written by ${NAME} ${written}, and this is ${own}, which would undo its changes; update this program to ${written} or newer, or delete ${place} to go back on purpose`,
  );
}

async function writtenVersion(folder: string, place: string): Promise<string | undefined> {
  let text: string;
  try {
    text = readRegular(join(folder, VERSION_FILE), { limit: LARGEST }).toString('utf8');
  } catch (error) {
    // Also when the output folder is a file, which is told when it is written.
    if (error instanceof FileProblem && error.kind === 'missing') return undefined;
    throw problemReading(place, error);
  }
  // As https://semver.org spells it: it goes to a terminal, and into a command that people copy.
  const [version] =
    /(?<="version": ")\d{1,9}(?:\.\d{1,9}){2}(?:[-+][0-9A-Za-z.+-]{1,100})?(?=")/.exec(text) ?? [];
  if (version !== undefined && text === versionText(version)) return version;
  throw new EnvironmentProblem(
    `${place} does not say which version wrote ${folder}; take it from Git again, or delete it and render everything`,
  );
}

/** Orders versions by precedence (https://semver.org); a version before its release comes before it. */
export function compareVersions(a: string, b: string): number {
  const [numbersA, beforeA] = parts(a);
  const [numbersB, beforeB] = parts(b);
  for (const [index, number] of numbersA.entries()) {
    const difference = number - (numbersB[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (beforeA === '' || beforeB === '') return Number(beforeA === '') - Number(beforeB === '');
  return beforeA.localeCompare(beforeB, 'en', { numeric: true });
}

function parts(version: string): readonly [readonly number[], string] {
  const [release = '', ...before] = version.replace(/\+.*$/, '').split('-');
  return [release.split('.').map(Number), before.join('-')];
}
