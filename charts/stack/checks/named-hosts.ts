import { valueAt } from '../../../src/plain/data.ts';
import type { Path } from '../../../src/stack/reading/yaml-source.ts';
import type { Door } from '../../../src/topology/topology.ts';
import type { StackFile } from '../schema.ts';
import type { Stack } from '../stack.ts';

/** A host name that a component has for itself, and the field that decides it. */
export interface NamedHost {
  readonly component: string;
  readonly host: string;
  readonly door: Door;
  /** Where it is written; `serverName` where it is derived from that. */
  readonly path: Path;
}

/** The hosts of everything a stack has, canonical ones first; not the server name's own, which several share. */
export function namedHosts(written: StackFile, stack: Stack): readonly NamedHost[] {
  const named = stack.topology.hosts.flatMap(({ component, host, door, at }) => {
    if (at[0] === 'serverName') return [];
    const path: Path = valueAt(written, at) === undefined ? ['serverName'] : at;
    return [{ component, host, door, path }];
  });
  const isExtra = ({ path }: NamedHost): boolean => path[0] === 'expose';
  return [...named.filter((one) => !isExtra(one)), ...named.filter(isExtra)];
}

/** True when the file does not say the host itself. */
export function isDerived({ path }: NamedHost): boolean {
  return path.length === 1;
}
