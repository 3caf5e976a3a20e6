import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { checkAcross } from '../../../charts/stack/checks/across.ts';
import { NO_IMAGES } from '../../../charts/stack/images.ts';
import { loadStack } from '../../../charts/stack/load.ts';
import { secretsFolder } from '../../secrets/folder.ts';
import type { Diagnostic } from '../../stack/diagnostic.ts';
import { newStackText } from '../../stack/new-stack.ts';
import { schemaPath } from '../invocation.ts';
import { fromHere, slashes } from '../paths.ts';
import { UsageProblem } from '../usage-problem.ts';
import type { StackEntry } from '../workspace.ts';

/** A stack file that nothing is wrong with, alone or next to the others. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The file that is to be written.
 *
 * @param others the stacks that are there and stay
 * @throws UsageProblem when the name or the server name is not valid, or taken
 */
export function newFile(
  stacks: string,
  name: string,
  serverName: string,
  others: readonly StackEntry[],
): NewFile {
  // As text in quotes, so that nothing in them is read as anything but a value.
  const asked = `name: ${JSON.stringify(name)}\n${newStackText(JSON.stringify(serverName), { schema: undefined })}`;
  refuse(loadStack('stacks/new.yaml', withoutComments(asked), NO_IMAGES).diagnostics);
  for (const ending of ['yaml', 'yml'])
    refuseTaken(join(stacks, `${name}.${ending}`), 'choose a different name');
  refuseTaken(
    secretsFolder(stacks, name),
    'it may hold the keys of a server: choose a different name, or move it out of that folder',
  );
  const path = join(stacks, `${name}.yaml`);
  const text = newStackText(serverName, { schema: schemaPath(stacks) });
  const { claims, diagnostics } = loadStack(fromHere(path), text, NO_IMAGES);
  refuse(diagnostics);
  const all = others.flatMap((one) => one.claims ?? []);
  // Named last, so that the clash is told of this one.
  const clashes = checkAcross(claims === undefined ? all : [...all, claims]);
  refuse(clashes.filter(({ files }) => files[1] === fromHere(path)).map(({ diagnostic }) => diagnostic));
  return { path, text };
}

function withoutComments(text: string): string {
  return text.replaceAll(/^ *#.*\n/gm, '');
}

/** @throws UsageProblem for all of them at once; their places are in a file that is not there */
function refuse(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  const all = (part: 'what' | 'remedy'): string => diagnostics.map((one) => one[part]).join(', and ');
  throw new UsageProblem(all('what'), `${all('remedy')}; nothing was written`);
}

function refuseTaken(path: string, remedy: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw new UsageProblem(`${slashes(path)} already exists`, `${remedy}; nothing was changed`);
}
