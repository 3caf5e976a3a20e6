import type { CheckFinding } from './finding.ts';
import { dotted, type Path } from './reading/yaml-source.ts';

/** What is wrong with a group that has to have exactly one of these keys; nothing where there is no group. */
export function exactlyOne(
  path: Path,
  group: object | undefined,
  keys: readonly string[],
): readonly CheckFinding[] {
  if (group === undefined) return [];
  const given = Object.keys(group).filter((key) => keys.includes(key));
  if (given.length === 1) return [];
  return [
    {
      code: 'MG006',
      at: given[1] === undefined ? path : [...path, given[1]],
      ...(given[0] === undefined ? {} : { other: [...path, given[0]], either: true }),
      what: `${dotted(path)} has ${given.length === 0 ? `neither ${keys.join(' nor ')}` : `${given.join(' and ')} at once`}`,
      remedy: `write exactly one of ${keys.join(', ')}`,
    },
  ];
}
