import type { CheckFinding } from '../../../src/stack/finding.ts';
import { isChangeCode, WRITE_WHY } from '../../../src/system/accept.ts';
import type { Check } from './check.ts';

const PLACEHOLDERS: ReadonlySet<string> = new Set(Object.values(WRITE_WHY));

/** An entry has a reason of its own. One about a change says from what to what; one about an object that is included has nothing to say there. */
export const checkAccept: Check = ({ accept = [] }) =>
  accept.flatMap((entry, index) => [
    ...withoutReason(entry.why, index),
    ...(['from', 'to'] as const).flatMap((key): readonly CheckFinding[] => {
      const isWritten = entry[key] !== undefined;
      if (isChangeCode(entry.code) === isWritten) return [];
      const name = `accept[${index}].${key}`;
      if (isWritten) {
        const what = `${name} is not valid with ${entry.code}, which is about an object, not about a change`;
        return [{ code: 'MG002', at: ['accept', index, key], what, remedy: 'remove it' }];
      }
      const remedy = `add the key ${key} to accept[${index}], as the ${entry.code} error prints it`;
      return [{ code: 'MG003', at: ['accept', index, 'code'], what: `"${name}" is missing`, remedy }];
    }),
  ]);

function withoutReason(why: string, index: number): readonly CheckFinding[] {
  if (!PLACEHOLDERS.has(why.trim())) return [];
  return [
    {
      code: 'MG005',
      at: ['accept', index, 'why'],
      what: `accept[${index}].why is still the text that the error printed`,
      remedy: 'write your own reason: it is for the people who maintain this after you',
    },
  ];
}
