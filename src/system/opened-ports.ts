import type { Port } from '../topology/topology.ts';

/** A port that a program's configuration makes it listen on. */
export interface ConfiguredPort extends Pick<Port, 'number' | 'last' | 'protocol'> {
  /** What it is for, with the option that opens it. */
  readonly why: string;
  /** True for what clients use; the others are for the cluster. */
  readonly isForClients: boolean;
}

/** Variables of a container, by name. */
export type Environment = Readonly<Record<string, string>>;

/** Where the finished configuration of a component's programs says which ports they open. */
export type OpensPorts = {
  /** The role of the workloads that it is about. */
  readonly role: string;
} & (
  | {
      /** Name of the configuration file in a ConfigMap that its pods mount. */
      readonly file: string;
      readonly read: (config: unknown) => readonly ConfiguredPort[];
    }
  | { readonly readEnvironment: (env: Environment) => readonly ConfiguredPort[] }
);

/** What an option of a port opens: `7882`, or the text `7882-7890`. Nothing for what is no port. */
export function openedPort(
  value: unknown,
  protocol: Port['protocol'],
  why: string,
  isForClients: boolean,
): readonly ConfiguredPort[] {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(value)) ?? [];
  if ((typeof value !== 'number' && typeof value !== 'string') || first === undefined) return [];
  if (Number(first) === 0) return [];
  const end = last === undefined || last === first ? {} : { last: Number(last) };
  return [{ number: Number(first), ...end, protocol, why, isForClients }];
}

/** The same for a range of UDP ports, by its first and its last one. */
export function openedRange(
  first: unknown,
  last: unknown,
  why: string,
  isForClients: boolean,
): readonly ConfiguredPort[] {
  return typeof first === 'number' && typeof last === 'number'
    ? openedPort(`${first}-${last}`, 'UDP', why, isForClients)
    : [];
}
