import { exactlyOne } from '../../../src/stack/exactly-one.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted } from '../../../src/stack/reading/yaml-source.ts';
import { DOORS, type Door } from '../../../src/topology/topology.ts';
import { entrances, settingsAt, viaAt } from '../../entrances/index.ts';
import type { StackFile } from '../schema.ts';

/** Checks each "exactly one of" in the file; everything else builds on these, so they run first. */
export function checkChoices(written: StackFile): readonly CheckFinding[] {
  const { expose, callNodes } = written;
  const findings: CheckFinding[] = [];
  if (expose.public === undefined && expose.lan === undefined) {
    findings.push({
      code: 'MG007',
      at: ['expose'],
      what: 'nobody can reach this stack',
      remedy: 'write expose.public (the Internet), expose.lan (the local network), or both',
    });
  }
  return [
    ...findings,
    ...DOORS.flatMap((door) => doorChoices(expose, door)),
    ...exactlyOne(['callNodes', 'addresses'], callNodes?.addresses, ['public', 'discover']),
  ];
}

/** A door has the settings of what it goes through, and no others; and each of these is whole. */
function doorChoices(expose: StackFile['expose'], door: Door): readonly CheckFinding[] {
  const written = expose[door];
  if (written === undefined) return [];
  const at = ['expose', door];
  const via = viaAt(door, written);
  const settings = settingsAt(door, written);
  const { key: wanted, example } = entrances[via];
  const isLacking = !settings.some((one) => one.via === via);
  const idle = settings.filter((one) => one.via !== via);
  const whole = settings.flatMap(({ key, choices }) => choices([...at, key]));
  if (isLacking && idle.length === 0) {
    return [
      ...whole,
      {
        code: 'MG006',
        at: written.via === undefined ? at : [...at, 'via'],
        what: `${dotted(at)} has via: ${via}, but ${wanted} is missing`,
        remedy: `add ${example}`,
      },
    ];
  }
  return [
    ...whole,
    ...idle.map(
      (other): CheckFinding => ({
        code: 'MG006',
        at: [...at, other.key],
        ...(written.via === undefined ? {} : { other: [...at, 'via'] }),
        what: `${dotted([...at, other.key])} is not supported with via: ${via}`,
        remedy: `${isLacking ? `replace it with ${example}` : 'remove it'}, or write via: ${other.via}`,
      }),
    ),
  ];
}
