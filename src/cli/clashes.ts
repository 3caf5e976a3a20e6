import { type Claims, type Clash, checkAcross } from '../../charts/stack/checks/across.ts';
import type { Bounds } from '../files/bounds.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import { ownCommand } from '../stack/own-command.ts';
import { examplesIn } from './new/examples.ts';
import { fromHere } from './paths.ts';

/**
 * What several stacks of a folder claim at once, told at the later of two files; neither of them is rendered.
 *
 * @returns the diagnostics of each file that clashes with another, by its name for messages
 */
export function clashesOf(
  bounds: Bounds,
  folder: string,
  claims: readonly Claims[],
): ReadonlyMap<string, readonly Diagnostic[]> {
  const clashes = checkAcross(claims);
  const clashing = new Map<string, Diagnostic[]>();
  const examples = clashes.length === 0 ? [] : examplesIn(bounds, folder).map(fromHere);
  for (const clash of clashes) {
    const diagnostic = withWayOut(clash, examples);
    for (const file of clash.files) {
      const before = clashing.get(file);
      if (before === undefined) clashing.set(file, [diagnostic]);
      else before.push(diagnostic);
    }
  }
  return clashing;
}

/** Against an example that a clone comes with there is more to do than to give way. */
function withWayOut({ files, diagnostic }: Clash, examples: readonly string[]): Diagnostic {
  const example = files.find((file) => examples.includes(file));
  if (example === undefined) return diagnostic;
  const remedy = `${example} came with this repository as an example: remove it and the others with ${ownCommand('new --remove-examples')}, or ${diagnostic.remedy}`;
  return { ...diagnostic, remedy };
}
