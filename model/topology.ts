import type { ComponentName } from './components/index.ts';

/** Where a party's ports live: on its pod, on its node through hostPort, on the node itself, or elsewhere. */
export type Network = 'pod' | 'hostPort' | 'host' | 'outside';

/** A port a party listens on. */
export interface Port {
  /** Unique in the party and legal as a Kubernetes port name (at most 15 characters). */
  readonly name: string;
  /** What the program itself listens on. */
  readonly number: number;
  /** Last port of a range; absent for a single port. */
  readonly last?: number;
  readonly protocol: 'TCP' | 'UDP';
  /** The Service's port for it; absent when nothing reaches it through the Service. */
  readonly service?: number;
  /** Key below its component's that decides the number, such as `turn.udp`; absent where no key does. */
  readonly setting?: string;
}

/** Somebody who talks or listens: a workload of the stack, or one of the outside parties. */
export interface Party {
  /** Name of the workload and of everything that belongs to it; unique in the stack. */
  readonly id: string;
  /** What kind of program it is: the label `app.kubernetes.io/component`. Two bridges share it. */
  readonly component: string;
  /** The component of the stack file it belongs to. */
  readonly setting: ComponentName | 'outside';
  /** The stack's name; the label `app.kubernetes.io/instance`. */
  readonly instance: string;
  readonly namespace: string;
  readonly network: Network;
  /** What people call it. */
  readonly title: string;
  /** Name of its Service; absent when it has none. */
  readonly service?: string;
  readonly ports: readonly Port[];
  /** Addresses that clients are told for its call traffic. */
  readonly addresses: readonly string[];
}

/** One party opens connections to another. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  /** Name of the listening party's port. */
  readonly port: string;
  readonly why: string;
  /** True when it crosses the cluster's edge without an entrance in between (call traffic). */
  readonly direct: boolean;
}

/** How a request's path is matched. */
export type PathMatch =
  | { readonly kind: 'all' }
  | { readonly kind: 'prefix' | 'exact'; readonly paths: readonly string[] };

/** An HTTP host (and part of its paths) that an entrance passes on to a party. */
export interface Route {
  readonly door: 'public' | 'lan';
  readonly host: string;
  readonly match: PathMatch;
  readonly to: string;
  /** Name of the port at the receiving party. */
  readonly port: string;
  /** What it belongs to: the file below `networking/` that holds the entrance for it. */
  readonly group: string;
  /** The group whose certificate covers the host. */
  readonly certificate: string;
}

/** Who talks to whom: read by Services, probes, routes, tunnel, firewall table and diagram. */
export interface Topology {
  readonly parties: readonly Party[];
  readonly flows: readonly Flow[];
  readonly routes: readonly Route[];
}

/** The parties that no stack renders. */
export const OUTSIDE = {
  /** Who the stack is for: the Internet, or the local network where nothing is public. */
  clients: 'clients',
  /** The local network beside the Internet. */
  localClients: 'local-clients',
  homeservers: 'homeservers',
  tunnel: 'tunnel',
  traefik: 'traefik',
  databaseOperator: 'cnpg-operator',
} as const;

/** True for a call pod: its ports are its node's, and the Internet reaches them without an entrance. */
export function isOnNode({ network }: Party): boolean {
  return network === 'host' || network === 'hostPort';
}

/**
 * Finds a party by its id.
 *
 * @throws when the topology has no such party: a component declared a flow to something it did not declare.
 */
export function party(topology: Pick<Topology, 'parties'>, id: string): Party {
  const found = topology.parties.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`topology has no party "${id}"`);
  return found;
}

/**
 * Finds a party's port by name.
 *
 * @throws when the party has no such port.
 */
export function port(owner: Party, name: string): Port {
  const found = owner.ports.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`party "${owner.id}" has no port "${name}"`);
  return found;
}

/** The fully qualified name of a party's Service: short names fail where a program does not use the search list. */
export function serviceHost(owner: Party, clusterDomain: string): string {
  if (owner.service === undefined) throw new Error(`party "${owner.id}" has no Service`);
  return `${owner.service}.${owner.namespace}.svc.${clusterDomain}`;
}

/** `http://` address of a party's Service port, by the port's name. */
export function serviceUrl(owner: Party, portName: string, clusterDomain: string): string {
  const { service } = port(owner, portName);
  if (service === undefined) throw new Error(`port "${portName}" of "${owner.id}" is not on its Service`);
  return `http://${serviceHost(owner, clusterDomain)}:${service}`;
}
