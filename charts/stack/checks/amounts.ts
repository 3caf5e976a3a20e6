import { valueAt } from '../../../src/plain/data.ts';
import { bytes, millicores } from '../../../src/plain/quantity.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Path } from '../../../src/stack/reading/yaml-source.ts';
import type { Check } from './check.ts';

/** Amounts that a program cannot live with, or that Kubernetes refuses. */
export const checkAmounts: Check = (written, stack) => {
  const findings: CheckFinding[] = [];
  const isWritten = (path: Path): boolean => valueAt(written, path) !== undefined;
  const isBelow = (path: Path, amount: string, floor: string, because: string): boolean => {
    if (bytes(amount) >= bytes(floor)) return false;
    findings.push({
      code: 'MG026',
      at: path,
      what: `${path.join('.')} is ${amount}, below the floor of ${floor}`,
      remedy: `write at least ${floor}: ${because}`,
    });
    return true;
  };
  /** Points at what is written: a default is only changed by writing the other side. */
  const above = (path: Path, unit: 'memory' | 'cpu', request: string, limit: string): void => {
    const requestPath = [...path, 'requests', unit];
    const limitPath = [...path, 'limits', unit];
    const byDefault = (amountPath: Path): string => (isWritten(amountPath) ? '' : ' (by default)');
    findings.push({
      code: 'MG036',
      at: isWritten(limitPath) ? limitPath : requestPath,
      ...(isWritten(limitPath) && isWritten(requestPath) ? { other: requestPath } : {}),
      what: `${path.join('.')} requests ${request} of ${unit}${byDefault(requestPath)} but is limited to ${limit}${byDefault(limitPath)}`,
      remedy: `raise limits.${unit} or lower requests.${unit}`,
    });
  };
  for (const { at: path, resources, floor } of stack.containers) {
    const { requests, limits } = resources;
    const starved =
      floor !== undefined &&
      isBelow(
        [...path, 'limits', 'memory'],
        limits.memory,
        floor,
        'with less, the program is killed under load',
      );
    // A limit below the floor has to be raised anyway: above a default request it then usually is.
    const told = starved && !isWritten([...path, 'requests', 'memory']);
    if (!told && bytes(requests.memory) > bytes(limits.memory)) {
      above(path, 'memory', requests.memory, limits.memory);
    }
    if (limits.cpu !== undefined && millicores(requests.cpu) > millicores(limits.cpu)) {
      above(path, 'cpu', requests.cpu, limits.cpu);
    }
  }
  for (const { at, size, floor, because } of stack.volumes) isBelow(at, size, floor, because);
  return findings;
};
