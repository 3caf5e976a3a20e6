import { valueAt } from '../../../src/plain/data.ts';
import { bytes, millicores } from '../../../src/plain/quantity.ts';
import { seconds } from '../../../src/stack/fields.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import type { Check } from './check.ts';

/** More than any single program here can use, on any node that one can buy. */
const MOST_MEMORY = '1Ti';
const MOST_CORES = 128;
/** No container runtime starts a program with less, nor does any of these programs start with less. */
const LEAST_MEMORY = '16Mi';
const LEAST_CPU = '50m';
/** Beyond what storage gives to one volume. */
const LARGEST_VOLUME = '500Ti';
/** A call of a whole day: an update waits as long as this. */
const LONGEST_DRAIN = '24h';

/** Amounts that are a slip of the keyboard or of the unit: nobody can mean them. */
export const checkUnlikely: Check = (written, stack) => {
  const findings: CheckFinding[] = [];
  const report = (at: Path, what: string, remedy: string): void => {
    findings.push({ code: 'MG092', at, what: `${dotted(at)} is ${what}`, remedy });
  };
  const text = (path: Path): string | undefined => {
    const value = valueAt(written, path);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  for (const { at: path, floor } of stack.containers) {
    for (const kind of ['requests', 'limits']) {
      const memory = text([...path, kind, 'memory']);
      const cpu = text([...path, kind, 'cpu']);
      if (memory !== undefined && bytes(memory) > bytes(MOST_MEMORY)) {
        report(
          [...path, kind, 'memory'],
          `${memory}, more than any node has`,
          `write at most ${MOST_MEMORY}, as in 4Gi`,
        );
      }
      if (cpu !== undefined && millicores(cpu) > MOST_CORES * 1000) {
        const meant = /^\d+$/.test(cpu) ? `if you mean thousandths of a core, write ${cpu}m; otherwise ` : '';
        report([...path, kind, 'cpu'], `${cpu} cores`, `${meant}write at most ${MOST_CORES}`);
      }
    }
    const memory = text([...path, 'limits', 'memory']);
    // What has a floor of its own is measured by that.
    if (memory !== undefined && floor === undefined && bytes(memory) < bytes(LEAST_MEMORY)) {
      report(
        [...path, 'limits', 'memory'],
        `${memory}, too little for any program to start`,
        `write at least ${LEAST_MEMORY}`,
      );
    }
    const cpu = text([...path, 'limits', 'cpu']);
    if (cpu !== undefined && millicores(cpu) < millicores(LEAST_CPU)) {
      const remedy = `write at least ${LEAST_CPU}, which is a twentieth of a core, or remove the limit`;
      report([...path, 'limits', 'cpu'], `${cpu}, so little that the program takes minutes to start`, remedy);
    }
  }
  for (const { at: path } of stack.volumes) {
    const size = text(path);
    if (size !== undefined && bytes(size) > bytes(LARGEST_VOLUME)) {
      report(path, `${size}, more than any volume holds`, `write at most ${LARGEST_VOLUME}, as in 20Gi`);
    }
  }
  const drain = text(['callNodes', 'drain']);
  if (drain !== undefined && seconds(drain) > seconds(LONGEST_DRAIN)) {
    const remedy = `write at most ${LONGEST_DRAIN}: an update of the call servers waits this long`;
    report(['callNodes', 'drain'], `${drain}, longer than any call`, remedy);
  }
  return findings;
};
