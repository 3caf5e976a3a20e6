import { lstatSync } from 'node:fs';
import { boundsOf } from '../../files/bounds.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { fromHere, slashes } from '../paths.ts';
import { refuseNewerTree } from '../tool-version.ts';
import { UsageProblem } from '../usage-problem.ts';
import { readWorkspace } from '../workspace.ts';
import { finishInterruptedWrite } from '../write-output.ts';
import { apply, renderedOf } from './apply.ts';
import { newFile } from './check.ts';
import { examplesIn } from './examples.ts';

/** What to begin. */
export interface NewOptions {
  /** The name of the stack and its server name; without both, only the examples are removed. */
  readonly stack: { readonly name: string; readonly serverName: string } | undefined;
  readonly stacks: string;
  readonly out: string;
  /** What becomes of the example stacks. @default - the person at the terminal is asked */
  readonly examples?: 'remove' | 'keep';
  /** Asks the person at the terminal. @default - nobody is there */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** What was done. */
export interface NewResult {
  readonly exitCode: 0;
  /** The new stack file. */
  readonly wrote: string | undefined;
  /** The stack files of examples that were removed. */
  readonly removed: readonly string[];
  /** Files of the output folder that were removed, by their path below it. */
  readonly unrendered: readonly string[];
}

/**
 * Starts over: writes a first stack file, and removes the examples that a clone of this repository comes with.
 *
 * @throws UsageProblem, EnvironmentProblem; nothing was changed then
 */
export async function newStack(options: NewOptions): Promise<NewResult> {
  const { stack, stacks, out } = options;
  const bounds = boundsOf(stacks);
  await refuseNewerTree(out);
  await finishInterruptedWrite(bounds, out);
  const found = options.examples === 'keep' ? [] : examplesIn(bounds, stacks);
  const isThere = lstatSync(stacks, { throwIfNoEntry: false }) !== undefined;
  const entries = isThere && stack !== undefined ? (await readWorkspace(stacks, undefined)).entries : [];
  const leaving = new Set(found.map(fromHere));
  // Before the question: what cannot be done is not asked about.
  const file =
    stack &&
    newFile(
      stacks,
      stack.name,
      stack.serverName,
      entries.filter((entry) => !leaving.has(entry.file)),
    );
  if (found.length > 0) await agree(options, found);
  const unrendered = await apply(bounds, { out, file, examples: found });
  return { exitCode: 0, wrote: file && fromHere(file.path), removed: found.map(fromHere), unrendered };
}

/** @throws UsageProblem when nobody has agreed to remove the examples */
async function agree({ examples, confirm, out }: NewOptions, found: readonly string[]): Promise<void> {
  if (examples === 'remove') return;
  const { count } = await renderedOf(out, found);
  const rendered = count === 0 ? '' : `, and what was rendered of them (${count} files in ${slashes(out)})`;
  const names = new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(found.map(fromHere));
  if ((await confirm?.(`Remove the examples ${names}${rendered}? Git still has them.`)) === true) return;
  throw new UsageProblem(
    `this repository still holds the examples ${names}, and nobody has agreed to remove them; nothing was changed`,
    'add --yes to remove them, or --keep-examples to keep them',
  );
}

/** What the command line gave, if it says what to do. */
export function newStackOf(
  name: string | undefined,
  serverName: string | undefined,
  onlyRemoves: boolean,
): NewOptions['stack'] {
  if (onlyRemoves) {
    if (name === undefined) return undefined;
    throw new UsageProblem(
      '--remove-examples writes no stack file, and takes no name',
      `leave out the name, or write ${ownCommand('new NAME SERVER_NAME')}`,
    );
  }
  if (name !== undefined && serverName !== undefined) return { name, serverName };
  throw new UsageProblem(
    name === undefined ? 'the name and the server name are missing' : 'the server name is missing',
    `write ${ownCommand('new NAME SERVER_NAME')}, such as ${ownCommand('new chat example.org')} for users like @user:example.org`,
  );
}
