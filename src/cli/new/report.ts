import { ownCommand } from '../../stack/own-command.ts';
import { slashes } from '../paths.ts';
import { line, lines, type Shown } from '../terminal.ts';
import { VERSION_FILE } from '../tool-version.ts';
import type { NewResult } from './run.ts';

/** What was done, and what to do next, for people. */
export function humanNew({ wrote, removed, unrendered }: NewResult, out: string): Shown {
  const count = unrendered.filter((path) => path !== VERSION_FILE).length;
  return lines([
    ...(wrote === undefined ? [] : [line`wrote ${wrote}`]),
    ...removed.map((path) => line`removed ${path}`),
    ...(count === 0 ? [] : [line`removed what was rendered of them: ${count} files in ${slashes(out)}`]),
    ...(wrote === undefined && removed.length === 0 ? [line`there is no example to remove`] : []),
    ...(wrote === undefined
      ? []
      : [
          line`next: read ${wrote} and change what does not fit your cluster, run ${ownCommand('synth')}, read SUMMARY.md in ${slashes(out)}, and commit`,
        ]),
  ]);
}
