import { LAN_NAMES, type LanName } from '../components/index.ts';
import type { Path } from '../reading/yaml-source.ts';
import type { StackFile } from '../schema.ts';
import type { Stack } from '../stack.ts';

/** A host name and the field that decides it. */
export interface NamedHost {
  readonly component: LanName;
  readonly host: string;
  /** The component's `host`; `serverName` where the host is derived from that. */
  readonly path: Path;
}

/** The canonical hosts of everything a stack has. */
export function namedHosts(written: StackFile, stack: Stack): readonly NamedHost[] {
  return LAN_NAMES.flatMap((component) => {
    const host = stack[component]?.host;
    if (host === undefined) return [];
    const derived = written[component]?.host === undefined;
    return [{ component, host, path: derived ? ['serverName'] : [component, 'host'] }];
  });
}

/** True when the file does not say the host itself. */
export function isDerived({ path }: NamedHost): boolean {
  return path.length === 1;
}
