import { ownCommand } from '../../model/own-command.ts';
import { slashes } from '../paths.ts';
import { line, lines, type Shown } from '../terminal.ts';
import type { NewResult } from './run.ts';

/** What was done, and what to do next, for people. */
export function humanNew({ wrote, removed, unrendered }: NewResult, out: string): Shown {
  const files = unrendered.length === 1 ? 'file' : 'files';
  return lines([
    ...(wrote === undefined ? [] : [line`wrote ${wrote}`]),
    ...removed.map((path) => line`removed ${path}`),
    ...(unrendered.length === 0
      ? []
      : [line`removed ${unrendered.length} ${files} in ${slashes(out)} that were rendered of them`]),
    ...(wrote === undefined && removed.length === 0 ? [line`there is no example to remove`] : []),
    ...(wrote === undefined
      ? []
      : [
          line`next: read ${wrote} and change what does not fit your cluster, run ${ownCommand('synth')}, read SUMMARY.md in ${slashes(out)}, and commit`,
        ]),
  ]);
}
