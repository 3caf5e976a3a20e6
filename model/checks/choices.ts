import { entrances, viasAt } from '../entrances/index.ts';
import { dotted, type Path, valueAt } from '../reading/yaml-source.ts';
import type { StackFile } from '../schema.ts';
import type { CheckFinding } from './finding.ts';

/** Checks each "exactly one of" in the file; everything else builds on these, so they run first. */
export function checkChoices(written: StackFile): readonly CheckFinding[] {
  const findings: CheckFinding[] = [];
  const exactlyOne = (path: Path, group: object | undefined, keys: readonly string[]): void => {
    if (group === undefined) return;
    const given = Object.keys(group).filter((key) => keys.includes(key));
    if (given.length === 1) return;
    findings.push({
      code: 'MG006',
      at: given[1] === undefined ? path : [...path, given[1]],
      ...(given[0] === undefined ? {} : { other: [...path, given[0]] }),
      what: `${dotted(path)} has ${given.length === 0 ? `neither ${keys.join(' nor ')}` : `${given.join(' and ')} at once`}`,
      remedy: `write exactly one of ${keys.join(', ')}`,
    });
  };
  const { expose, callNodes } = written;
  if (expose.public === undefined && expose.lan === undefined) {
    findings.push({
      code: 'MG007',
      at: ['expose'],
      what: 'nobody can reach this stack',
      remedy: 'write expose.public (the Internet), expose.lan (the local network), or both',
    });
  }
  findings.push(...entranceChoices(written));
  exactlyOne(['expose', 'public', 'tls'], expose.public?.tls, ['issuer', 'secret']);
  exactlyOne(['expose', 'lan', 'tls'], expose.lan?.tls, ['issuer', 'secret']);
  exactlyOne(['callNodes', 'addresses'], callNodes?.addresses, ['public', 'discover']);
  return findings;
}

/** The public door has the settings of what it goes through, and no others. */
function entranceChoices({ expose }: StackFile): readonly CheckFinding[] {
  if (expose.public === undefined) return [];
  const { via } = expose.public;
  const { key: wanted, example } = entrances[via];
  const lacking = valueAt(expose.public, [wanted]) === undefined;
  const idle = viasAt('public').filter(
    (other) =>
      entrances[other].key !== wanted && valueAt(expose.public, [entrances[other].key]) !== undefined,
  );
  if (lacking && idle.length === 0) {
    return [
      {
        code: 'MG006',
        at: ['expose', 'public', 'via'],
        what: `expose.public goes via ${via} but has no ${wanted}`,
        remedy: `add ${example} beside it`,
      },
    ];
  }
  return idle.map((other) => ({
    code: 'MG006',
    at: ['expose', 'public', entrances[other].key],
    other: ['expose', 'public', 'via'],
    what: `expose.public.${entrances[other].key} does not go with via: ${via}`,
    remedy: `${lacking ? `put ${wanted}: in its place` : 'remove it'}, or write via: ${other}`,
  }));
}
