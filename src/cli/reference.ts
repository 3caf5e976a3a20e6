import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rules } from '../rules/index.ts';
import { ownCommand } from '../stack/own-command.ts';
import { errorsText, sizesText, stackFileText, stackSchemaText } from '../texts/reference.ts';
import { currentInvocation } from './invocation.ts';
import { slashes } from './paths.ts';
import { line, lines, say } from './terminal.ts';
import { UsageProblem } from './usage-problem.ts';

/** The files that are generated from the schema and the rules, by path from the top of the repository. */
export function referenceFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['stack.schema.json', stackSchemaText()],
    ['docs/reference/stack-file.md', stackFileText()],
    ['docs/reference/errors.md', errorsText(rules)],
    ['docs/reference/sizes.md', sizesText()],
  ]);
}

/**
 * Writes them: a command for the people who work on the schema, and a test fails when the files are stale. In a
 * repository of somebody else's they would be in the way, so that a folder must be named there.
 *
 * @param out the folder. @default - the top of the clone
 * @throws UsageProblem
 */
export async function writeReference(out?: string, invocation = currentInvocation()): Promise<void> {
  if (out === undefined && invocation.kind !== 'clone') {
    throw new UsageProblem(
      'these files are a part of the sources of this program, and this is not the top folder of a clone',
      `name a folder for them: ${ownCommand('reference --out FOLDER')}`,
    );
  }
  for (const [path, text] of referenceFiles()) {
    const place = join(out ?? '.', path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, text);
    say(process.stdout, lines([line`wrote ${slashes(place)}`]));
  }
}
