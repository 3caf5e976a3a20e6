import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { rules } from '../rules/index.ts';
import { errorsText, sizesText, stackFileText, stackSchemaText } from '../summary/reference.ts';
import { line, lines, say } from './terminal.ts';

/** The files that are generated from the schema and the rules, by path from the top of the repository. */
export function referenceFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['stack.schema.json', stackSchemaText()],
    ['docs/reference/stack-file.md', stackFileText()],
    ['docs/reference/errors.md', errorsText(rules)],
    ['docs/reference/sizes.md', sizesText()],
  ]);
}

/** Writes them. A command for the people who work on the schema; a test fails when the files are stale. */
export async function writeReference(): Promise<void> {
  for (const [path, text] of referenceFiles()) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    say(process.stdout, lines([line`wrote ${path}`]));
  }
}
