import { keysOf } from '../../../src/plain/records.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted } from '../../../src/stack/reading/yaml-source.ts';
import { DOORS } from '../../../src/topology/topology.ts';
import { entranceAt, entrances, passesOn, viasAt } from '../../entrances/index.ts';
import type { Check } from './check.ts';

/** What is written at a door beside its entrance is something that the entrance can do. */
export const checkDoorSettings: Check = (_written, stack) =>
  DOORS.flatMap((door): readonly CheckFinding[] => {
    const settings = stack.expose[door]?.settings;
    const first = entranceAt(stack, door);
    const at = passesOn(stack, door);
    if (settings === undefined || first === undefined || at === undefined) return [];
    if (at.isBehind && first.entrance.can.through !== true) {
      return [
        {
          code: 'MG250',
          at: ['expose', door, 'through'],
          other: ['expose', door, 'via'],
          what: `expose.${door}.through is not supported with ${first.entrance.title}`,
          remedy: 'remove it: nothing has to stand between that entrance and the programs',
        },
      ];
    }
    const place = ['expose', door, 'through', at.entrance.via];
    const behind = at.isBehind ? (at.entrance.checkBehind?.(at.own, place, stack) ?? []) : [];
    const can = at.isBehind ? at.entrance.can.doorBehind : at.entrance.can.door;
    const unable = keysOf(settings)
      .filter((key) => can?.includes(key) !== true)
      .map((key): CheckFinding => {
        const others = viasAt(door).filter((via) => entrances[via].can.door?.includes(key));
        return {
          code: 'MG250',
          at: ['expose', door, key],
          other: ['expose', door, 'via'],
          what: `${dotted(['expose', door, key])} is not supported ${at.isBehind ? `where ${first.entrance.title} leads to ${at.entrance.title}` : `with ${first.entrance.title}`}`,
          remedy:
            at.isBehind || others.length === 0
              ? 'remove it'
              : `remove it, or write ${others.map((via) => `via: ${via}`).join(' or ')} there`,
        };
      });
    return [...behind, ...unable];
  });
