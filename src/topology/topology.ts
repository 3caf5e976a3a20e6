import type { NodeSelector } from '../plain/node-selector.ts';
import type { Phrase } from '../plain/phrase.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import type { TlsSource } from '../stack/tls.ts';

/** A port that somebody listens on. */
export interface Port {
  /** Unique in its owner and legal as a Kubernetes port name (at most 15 characters). */
  readonly name: string;
  /** What the program itself listens on. */
  readonly number: number;
  /** Last port of a range. @default - a single port */
  readonly last?: number;
  readonly protocol: 'TCP' | 'UDP';
  /** `node`: opened on an address of the node; `pod`: on the pod's own address only. Says nothing of Services. */
  readonly on: 'pod' | 'node';
  /** The field of the stack file that decides the number. @default - none: it is the program's own */
  readonly decidedBy?: Path;
  /** True for a port below 1024 that its program can open nevertheless: its notes say what the node needs. @default false */
  readonly belowLimit?: true;
  /** What it is for, where that is not the program's own service. */
  readonly purpose?: 'metrics' | 'health';
}

/** Something of the stack that runs: the pods of one Deployment, or those that an operator makes. */
export interface Workload {
  readonly kind: 'workload';
  /** Name of the object that makes the pods, and of everything that belongs to it alone; unique in the stack. */
  readonly id: string;
  /** What kind of program it is: the label `app.kubernetes.io/component`. Two bridges share it. */
  readonly role: string;
  /** The stack's name: the label `app.kubernetes.io/instance`. */
  readonly instance: string;
  readonly namespace: string;
  /** The field that decides a namespace other than the stack's own: `['callNamespace']`. Required for one of these. */
  readonly namespaceAt?: Path;
  /** What people call it. */
  readonly title: string;
  /** True where its pods have no network of their own: every port is then one of the node. */
  readonly hostNetwork: boolean;
  readonly ports: readonly Port[];
  /**
   * Ports that it opens on its node's loopback interface: nobody outside of the node reaches them, and no other program
   * of the node can have them. The name is for people.
   * @default - none
   */
  readonly onLoopback?: readonly {
    readonly name: string;
    readonly number: number;
    readonly protocol: Port['protocol'];
    /** The field of the stack file because of which it does. */
    readonly becauseOf: Path;
  }[];
  /** Nodes of its own, where it opens ports of them. @default - `callNodes` of the stack */
  readonly onNodes?: {
    readonly nodeSelector: NodeSelector;
    /** What clients are told. @default - as `callNodes` says */
    readonly address?: string;
  };
  /** True for a call pod that has to be given the address that clients reach it at: it asks no STUN server. */
  readonly needsAddress?: true;
  /** The part of the stack file that brought it. */
  readonly at: readonly [string, ...Path];
}

/** Somebody around the stack who talks to it, or whom it talks to. */
export interface Peer {
  readonly kind: 'peer';
  readonly id: string;
  readonly title: string;
  /** `cluster`: pods that somebody else runs in the same cluster; `outside`: everybody beyond its edge. */
  readonly where: 'cluster' | 'outside';
  readonly ports: readonly Port[];
}

/** One of the workloads, or all that do the same. */
export type Selection = { readonly id: string } | { readonly role: string };

/** A name in the cluster's DNS that leads to pods of the stack. */
export interface ServicePoint {
  readonly name: string;
  readonly namespace: string;
  readonly selects: Selection;
  /** What it listens on, and the name of the port that this leads to. */
  readonly ports: readonly { readonly number: number; readonly to: string }[];
}

/** `from` opens connections to `to`. An address in the cluster is only given to who has one of these. */
export interface Flow {
  /** A {@link Workload} or {@link Peer}, by its id. */
  readonly from: string;
  /** The same, or all workloads of a role. */
  readonly to: string | { readonly role: string };
  /** Name of the listener's port. */
  readonly port: string;
  readonly why: string;
}

/** The ways into a stack: from the Internet, and from the local network. */
export const DOORS = ['public', 'lan'] as const;

/** One of {@link DOORS}. */
export type Door = (typeof DOORS)[number];

/** A host name that leads to the stack, with or without HTTP behind it. */
interface ClaimedHost {
  readonly host: string;
  readonly door: Door;
  /** The field of the stack file that decides it; where nothing is written there, the server name does. */
  readonly at: readonly [string, ...Path];
  /** Whose name it is: a component's key in the stack file, or the place of one of its programs: `webClients.cinny`. */
  readonly component: string;
  /** What the person who creates its DNS record should know. @default - nothing */
  readonly note?: Phrase;
}

/** The certificate of a host whose TLS a workload ends itself. */
export interface PodCertificate {
  /** Never a group that hosts of another kind have. */
  readonly group: string;
  /** The workloads that end TLS and read the certificate, by id. */
  readonly readers: readonly [string, ...string[]];
  /** Where it comes from. @default - from where the door's come */
  readonly source?: TlsSource;
  /** The field of the stack file that decides the source, or could: it takes `tlsSchema`. */
  readonly sourceAt: Path;
}

/** A host that an entrance answers for: what its routes lead to. */
export interface ServedHost extends ClaimedHost {
  readonly leadsTo: 'entrance';
  /**
   * Set for a host that strangers must never reach: no other door may lead to the program that passes its requests on.
   * @default - anyone may
   */
  readonly guarded?: {
    /** The field for the reason why it is safe if one does. */
    readonly reasonAt: Path;
    /** That reason. @default - nothing is written there */
    readonly reason?: string;
  };
  /**
   * The hosts of one group at one door share a certificate, where TLS ends in the cluster. With readers, the entrance
   * passes TLS on as it comes (a {@link TcpRoute}).
   */
  readonly certificate: { readonly group: string } | PodCertificate;
}

/** A host that leads to the call nodes' own address, where no entrance ends TLS. */
export interface CallNodeHost extends ClaimedHost {
  readonly leadsTo: 'call-nodes';
  /** @default - none: no TLS there */
  readonly certificate?: PodCertificate;
}

/** A name in the DNS that leads to the stack. */
export type HostClaim = ServedHost | CallNodeHost;

/**
 * How a request's path is matched. A `prefix` ends where an element of the path does, whether a slash follows or not:
 * some entrances compare whole elements, so that `/a` takes `/a` and `/a/b`, and others take `/ab` too. Regular expressions are of the common subset of Go's and Rust's, and unanchored:
 * those of `src/rules/entrances/regexp.ts`. Some entrances compare the decoded path and others keep `/`, `:` and the like
 * encoded (cloudflared and Traefik), so that they name neither these nor `%` within an identifier, but `[^/]+`.
 */
export type PathMatch =
  | { readonly kind: 'all' }
  | { readonly kind: 'prefix' | 'exact' | 'regex'; readonly paths: readonly string[] };

/** By what requests are known that have to reach the same one of several pods. */
export type Balance =
  /** The entrance sets a cookie of this name. Programs other than browsers rarely keep it. */
  | { readonly by: 'cookie'; readonly name: string }
  | { readonly by: 'header'; readonly name: string }
  /** The client's own address. */
  | { readonly by: 'source' };

/** The largest body of a request. */
export interface BodyLimit {
  readonly bytes: number;
  /** As people write it. */
  readonly text: string;
  /** The field of the stack file that decides it. */
  readonly decidedBy: Path;
}

/** How many requests one address may send. */
export interface RequestLimit {
  /** In the long run, in so many seconds. */
  readonly requests: number;
  readonly seconds: number;
  /** At once. */
  readonly burst: number;
}

/** Who may come: addresses and ranges in CIDR notation. */
export interface AllowList {
  readonly ranges: readonly string[];
  /** The field of the stack file that decides them. */
  readonly decidedBy: Path;
}

/**
 * An HTTP host (and part of its paths) that an entrance passes on to a Service. What it needs beyond that, an entrance
 * can do or not (`can` in src/system/entrance.ts): then the stack has an error, or SUMMARY.md says it.
 */
export interface Route {
  readonly door: Door;
  readonly host: string;
  readonly match: PathMatch;
  /** The Service, and its port by number. */
  readonly to: { readonly service: string; readonly namespace: string; readonly port: number };
  /**
   * Which of a host's routes is tried first: the higher number, a whole one above 0. Leave room between them, so that
   * one more changes no other. Routes that may take the same request and lead to different programs need one each
   * (see routes.ts).
   * @default - none: after those with a rank, the more special kind of match first: exact, regex, prefix, all
   */
  readonly rank?: number;
  /** @default - any of its pods answers any request */
  readonly balance?: Balance;
  /** In seconds. @default - an answer within half a minute, which every entrance waits for */
  readonly timeouts?: {
    /** Longest until the program begins to answer, such as a long poll. */
    readonly request?: number;
    /** Longest that a connection is silent in between, such as a WebSocket. */
    readonly idle?: number;
  };
  /** @default - a few kilobytes */
  readonly body?: BodyLimit;
  /** @default - any number of requests */
  readonly limit?: RequestLimit;
  /** The only addresses that it is passed on for. All routes of a group have the same. @default - anybody's */
  readonly allow?: AllowList;
  /** What it belongs to: the file below `networking/` that holds the entrance for it. */
  readonly group: string;
}

/**
 * A host of which an entrance passes on whole connections, known by the name at the beginning of TLS (SNI). What they
 * carry need not be HTTP. The host can have no other route. An entrance can do that or not (`can.tcp`).
 */
export interface TcpRoute {
  readonly door: Door;
  readonly host: string;
  /** The Service, and its port by number. */
  readonly to: Route['to'];
  /** `entrance`: it passes on what was inside TLS; `program`: TLS as it comes, and the host's claim names the readers. */
  readonly endsTls: 'entrance' | 'program';
  /** What they carry, for people: `TURN`. */
  readonly carries: string;
  /** The field of the stack file that asks for it. */
  readonly at: Path;
  /** What to write where no entrance can do it, for messages. @default - only what needs it can be removed */
  readonly otherwise?: string;
  /** As of a {@link Route}. */
  readonly group: string;
}

/** A namespace that holds something of the stack, and the field of the stack file that decides it. */
export interface NamespaceClaim {
  readonly name: string;
  /** `['namespace']` for the stack's own, which its name decides where that is not written. */
  readonly at: Path;
}

/** Who talks to whom: read by Services, probes, routes, certificates, DNS and firewall tables, and the diagram. */
export interface Topology {
  /** The cluster's own DNS domain. */
  readonly domain: string;
  /** Every namespace that holds something of the stack, its own first. */
  readonly namespaces: readonly NamespaceClaim[];
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
  readonly services: readonly ServicePoint[];
  readonly flows: readonly Flow[];
  readonly hosts: readonly HostClaim[];
  /** Those of one host together, in the order in which they are tried. */
  readonly routes: readonly Route[];
  /** The hosts whose connections are passed on whole, each with one of these. */
  readonly tcpRoutes: readonly TcpRoute[];
}

/** The peers that a stack can have, but for its entrances: each of these has a name of its own. */
export const PEERS = {
  /** Who the stack is for: the Internet, or the local network where nothing is public. */
  clients: 'clients',
  /** The local network, where the Internet comes to a door of its own. */
  localClients: 'local-clients',
  homeservers: 'homeservers',
  databaseOperator: 'cnpg-operator',
} as const;

/** `7882/udp`, `50000-60000/udp`. */
export function portText({ number, last, protocol }: Pick<Port, 'number' | 'last' | 'protocol'>): string {
  return `${number}${last === undefined ? '' : `-${last}`}/${protocol.toLowerCase()}`;
}

/** True for a call pod: some of its ports are its node's, and are reached without an entrance. */
export function isOnNode({ hostNetwork, ports }: Workload): boolean {
  return hostNetwork || ports.some(({ on }) => on === 'node');
}

/** The namespaces with call pods, which Pod Security has to admit there. */
export function callNamespaces({
  namespaces,
  workloads,
}: Pick<Topology, 'namespaces' | 'workloads'>): readonly string[] {
  const withCalls = new Set(workloads.filter(isOnNode).map(({ namespace }) => namespace));
  return namespaces.flatMap(({ name }) => (withCalls.has(name) ? [name] : []));
}

/** True for a connection that crosses the cluster's edge without an entrance in between: call traffic. */
export function isDirect(topology: Topology, { from, to }: Flow): boolean {
  return (
    topology.peers.some(({ id, where }) => id === from && where === 'outside') &&
    listeners(topology, to).some(({ kind }) => kind === 'workload')
  );
}

/**
 * Finds a workload by its id.
 *
 * @throws when the topology has none: a component said something of what it did not declare
 */
export function workloadOf({ workloads }: Pick<Topology, 'workloads'>, id: string): Workload {
  const found = workloads.find((one) => one.id === id);
  if (found === undefined) throw new Error(`the topology has no workload "${id}"`);
  return found;
}

/** Finds a port by its name. @throws when there is none */
export function portOf(owner: Pick<Workload | Peer, 'id' | 'ports'>, name: string): Port {
  const found = owner.ports.find((one) => one.name === name);
  if (found === undefined) throw new Error(`"${owner.id}" has no port "${name}"`);
  return found;
}

/** Those at the listening end of a flow. @throws when there is nobody */
export function listeners(
  { workloads, peers }: Pick<Topology, 'workloads' | 'peers'>,
  to: Flow['to'],
): readonly (Workload | Peer)[] {
  const all: readonly (Workload | Peer)[] = [...workloads, ...peers];
  const found =
    typeof to === 'string'
      ? all.filter(({ id }) => id === to)
      : workloads.filter(({ role }) => role === to.role);
  if (found.length > 0) return found;
  throw new Error(`the topology has nobody called ${JSON.stringify(to)}`);
}

/** The workloads that a Service leads to: those in its own namespace only. @throws when there are none */
export function selected(
  { workloads }: Pick<Topology, 'workloads'>,
  { selects, namespace }: Pick<ServicePoint, 'selects' | 'namespace'>,
): readonly Workload[] {
  const found = workloads.filter((one) => one.namespace === namespace && isSelected(selects, one));
  if (found.length > 0) return found;
  throw new Error(`the namespace ${namespace} has no workload for ${JSON.stringify(selects)}`);
}

/** The workloads that are meant, in whatever namespace. @throws when there are none */
export function meant({ workloads }: Pick<Topology, 'workloads'>, selects: Selection): readonly Workload[] {
  const found = workloads.filter((one) => isSelected(selects, one));
  if (found.length > 0) return found;
  throw new Error(`the topology has no workload for ${JSON.stringify(selects)}`);
}

function isSelected(selects: Selection, { id, role }: Workload): boolean {
  return 'id' in selects ? selects.id === id : selects.role === role;
}

/** Finds a Service. @throws when there is none */
export function serviceOf(
  { services }: Pick<Topology, 'services'>,
  { service, namespace }: { readonly service: string; readonly namespace: string },
): ServicePoint {
  const found = services.find((one) => one.name === service && one.namespace === namespace);
  if (found === undefined) throw new Error(`the topology has no Service "${service}" in ${namespace}`);
  return found;
}

/** Who answers a route's requests, and on which of their own ports. */
export function routeEnd(
  topology: Pick<Topology, 'services' | 'workloads'>,
  { to }: Pick<Route | TcpRoute, 'to'>,
): { readonly workloads: readonly Workload[]; readonly port: Port } {
  const service = serviceOf(topology, to);
  const { name, ports } = service;
  const workloads = selected(topology, service);
  const [first] = workloads;
  const entry = ports.find(({ number }) => number === to.port);
  if (entry === undefined || first === undefined)
    throw new Error(`the Service "${name}" has no port ${to.port}`);
  return { workloads, port: portOf(first, entry.to) };
}

/** Where something in the cluster answers. */
export interface Address {
  /** The Service's name in full: short names fail where a program does not use the search list. */
  readonly host: string;
  /** The Service's port. */
  readonly port: number;
  /** `http://host:port` */
  readonly url: string;
}

/** The address of a Service's port. */
export function addressOf(
  { domain }: Pick<Topology, 'domain'>,
  { service, namespace, port }: Route['to'],
): Address {
  const host = `${service}.${namespace}.svc.${domain}`;
  return { host, port, url: `http://${host}:${port}` };
}

/**
 * Where a flow leads: the only way for one workload to learn of another, so that what is rendered and what policies,
 * tables and the diagram say of it cannot differ.
 *
 * @throws when there is no such flow, or no Service for its port
 */
export function reach(topology: Topology, flow: Pick<Flow, 'from' | 'to' | 'port'>): Address {
  const { from, to, port } = flow;
  const isSame = (other: Flow['to']): boolean => JSON.stringify(other) === JSON.stringify(to);
  if (!topology.flows.some((one) => one.from === from && isSame(one.to) && one.port === port)) {
    throw new Error(`"${from}" has no flow to ${JSON.stringify(to)}, port "${port}"`);
  }
  const ends = new Set(listeners(topology, to).map(({ id }) => id));
  for (const service of topology.services) {
    const { name, namespace, ports } = service;
    const entry = ports.find((one) => one.to === port);
    const leads = selected(topology, service);
    // All that it leads to must be meant: one Service for several kinds of workers is nobody's own address.
    if (entry !== undefined && leads.every(({ id }) => ends.has(id))) {
      return addressOf(topology, { service: name, namespace, port: entry.number });
    }
  }
  throw new Error(`no Service leads to ${JSON.stringify(to)}, port "${port}"`);
}

/** Who claims a host at a door. @throws when nobody does */
export function claimOf(
  { hosts }: Pick<Topology, 'hosts'>,
  { host, door }: Pick<Route, 'host' | 'door'>,
): HostClaim {
  const found = hosts.find((one) => one.host === host && one.door === door);
  if (found === undefined) throw new Error(`nobody claims the host "${host}"`);
  return found;
}

/** The same for a route. @throws when an entrance does not serve that host, too */
export function served(topology: Pick<Topology, 'hosts'>, route: Pick<Route, 'host' | 'door'>): ServedHost {
  const claim = claimOf(topology, route);
  if (claim.leadsTo === 'entrance') return claim;
  throw new Error(`the host "${route.host}" has a route, and leads to the call nodes`);
}

/** The certificate of a host that its program reads itself; undefined where an entrance ends TLS, or there is none. */
export function podCertificate({ certificate }: HostClaim): PodCertificate | undefined {
  return certificate !== undefined && 'readers' in certificate ? certificate : undefined;
}

/** The names that lead to a door, each once. */
export function hostsAt({ hosts }: Pick<Topology, 'hosts'>, door: Door): readonly HostClaim[] {
  const claims = hosts.filter((one) => one.door === door);
  return claims.filter(({ host }, index) => claims.findIndex((one) => one.host === host) === index);
}
