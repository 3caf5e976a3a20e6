import { additions } from './additions.ts';
import type { Around, Parts, Started } from './components/component.ts';
import {
  COMPONENT_NAMES,
  type ComponentName,
  components,
  LAN_NAMES,
  type Settings,
} from './components/index.ts';
import { openDoor, openEntrances } from './entrances/index.ts';
import type { CallNodes, StackFacts } from './facts.ts';
import { seconds } from './fields.ts';
import { givenCertificates } from './given-certificates.ts';
import type { Images } from './images.ts';
import { ownSecrets } from './own-secrets.ts';
import { dotted } from './reading/yaml-source.ts';
import { recordOf } from './records.ts';
import type { StackFile } from './schema.ts';
import { resolveSecretProvider } from './secret-settings.ts';
import type { Stack } from './stack.ts';
import { PEERS, type Peer, type Route, type Topology } from './topology.ts';
import { onlyOnce } from './unique.ts';

/** What a stack file says nothing about: its own name, and the images of the repository. */
export interface ResolveContext {
  /** Path of the stack file as messages show it, with forward slashes. */
  readonly file: string;
  readonly images: Images;
}

/** The stack's name when the file gives none: the file's own name. */
export function defaultName(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.ya?ml$/, '');
}

/**
 * Fills in every default and derives every shared fact, once.
 *
 * Never fails: what contradicts itself in the file is found by the checks, which look at the same result.
 */
export function resolve(written: StackFile, context: ResolveContext): Stack {
  const facts = resolveFacts(written, context);
  const started = startComponents(written, facts);
  const offers = COMPONENT_NAMES.flatMap((name) => started[name].offers);
  const around: Around = { facts, offers };
  const parts = COMPONENT_NAMES.map((name) => ({ name, parts: started[name].parts(around) }));
  const topology = assembleTopology(
    facts,
    parts.map((one) => one.parts),
  );
  return deepFreeze({
    ...facts,
    ...recordOf<Settings>(COMPONENT_NAMES, (name) => started[name].own),
    // A copy: what is frozen must not be the caller's.
    images: { ...context.images },
    offers,
    topology,
    containers: parts.flatMap(({ name, parts: { containers = [] } }) =>
      containers.map((container) => ({ ...container, at: [name, ...container.at] })),
    ),
    secrets: [
      ...onlyOnce(
        'Secret',
        parts.flatMap((one) => one.parts.secrets ?? []),
        ({ name }) => name,
      ),
      ...givenCertificates(facts, topology),
      ...ownSecrets(written.secrets?.own, facts),
    ],
    secretFiles: [],
    included: [],
  });
}

function resolveFacts(written: StackFile, context: ResolveContext): StackFacts {
  const name = written.name ?? defaultName(context.file);
  const storageClass = written.cluster?.storageClass;
  const { public: internet, lan } = written.expose;
  const publicDoor = internet === undefined ? undefined : openDoor(internet.via, internet);
  const lanDoor = lan === undefined ? undefined : openDoor(lan.via ?? 'traefik', lan);
  return {
    schema: written.schema,
    name,
    file: context.file,
    namespace: written.namespace ?? name,
    serverName: written.serverName,
    size: written.size ?? 'small',
    cluster: {
      domain: written.cluster?.domain ?? 'cluster.local',
      ...(storageClass === undefined ? {} : { storageClass }),
      network: { families: [...(written.cluster?.network?.families ?? (['IPv4', 'IPv6'] as const))] },
      traefik: { entryPoints: { https: written.cluster?.traefik?.entryPoints?.https ?? 'websecure' } },
    },
    flux: {
      namespace: written.flux?.namespace ?? 'flux-system',
      source: {
        kind: written.flux?.source?.kind ?? 'GitRepository',
        name: written.flux?.source?.name ?? 'flux-system',
      },
      path: written.flux?.path ?? './dist',
    },
    expose: {
      ...(publicDoor === undefined ? {} : { public: publicDoor }),
      ...(lanDoor === undefined ? {} : { lan: { ...lanDoor, names: lanNames(lan) } }),
    },
    federation: resolveFederation(written.federation),
    callNodes: resolveCallNodes(written.callNodes),
    provider: resolveSecretProvider(written.secrets),
    overrides: written.overrides ?? [],
    accept: written.accept ?? [],
    forced: additions(written).flatMap(({ path, conflicts }) =>
      conflicts.flatMap(({ at, reason }) =>
        reason === undefined ? [] : [{ path: dotted([...path, ...at]), reason }],
      ),
    ),
  };
}

/** Each component as the stack has it. */
type StartedComponents = { readonly [Name in ComponentName]: Started<Settings[Name]> };

function startComponents(written: StackFile, facts: StackFacts): StartedComponents {
  // The same components, seen so that the type of what each name comes to shows.
  const declared: {
    readonly [Name in ComponentName]: {
      start(own: unknown, facts: StackFacts): StartedComponents[Name];
    };
  } = components;
  return recordOf<StartedComponents>(COMPONENT_NAMES, (name) => declared[name].start(written[name], facts));
}

function resolveFederation(written: StackFile['federation']): StackFacts['federation'] {
  return typeof written === 'object' ? { allow: [...written.allow] } : (written ?? 'open');
}

/** The extra names on the local network, by a component's key. */
function lanNames(written: StackFile['expose']['lan']): Readonly<Partial<Record<string, string>>> {
  const names: Partial<Record<string, string>> = {};
  for (const name of LAN_NAMES) {
    const host = written?.names?.[name];
    if (host !== undefined) names[name] = host;
  }
  return names;
}

function resolveCallNodes(written: StackFile['callNodes']): CallNodes {
  const ip = written?.addresses?.public;
  const byStun = written?.addresses?.discover === 'stun';
  return {
    nodeSelector: written?.nodeSelector ?? {},
    tolerations: (written?.tolerations ?? []).map(({ key, operator, value, effect }) => ({
      key,
      ...(operator === undefined ? {} : { operator }),
      ...(value === undefined ? {} : { value }),
      ...(effect === undefined ? {} : { effect }),
    })),
    address: ip !== undefined ? { by: 'public', ip } : { by: byStun ? 'stun' : 'node' },
    advertised: [
      ip ?? (byStun ? "the call node's address as a STUN server sees it" : "the call node's own address"),
    ],
    drainSeconds: seconds(written?.drain ?? '5m'),
  };
}

/** Those who exist around every stack. */
function peers(stack: StackFacts): readonly Peer[] {
  const peer = (id: string, title: string, where: Peer['where'], ports: Peer['ports'] = []): Peer => ({
    kind: 'peer',
    id,
    title,
    where,
    ports,
  });
  const { public: publicDoor, lan } = stack.expose;
  const local = 'People on the local network';
  return [
    peer(PEERS.clients, publicDoor === undefined ? local : 'People on the Internet', 'outside'),
    ...(publicDoor !== undefined && lan !== undefined ? [peer(PEERS.localClients, local, 'outside')] : []),
    peer(PEERS.homeservers, 'Other homeservers and services', 'outside', [
      { name: 'federation', number: 443, protocol: 'TCP', on: 'pod' },
    ]),
    ...openEntrances(stack).flatMap(({ entrance, doors }) =>
      [doors.public ?? doors.lan].map((own) => entrance.peer(own)),
    ),
    peer(PEERS.databaseOperator, 'CloudNativePG operator', 'cluster'),
  ];
}

function assembleTopology(facts: StackFacts, parts: readonly Parts[]): Topology {
  const workloads = parts.flatMap((one) => one.workloads ?? []);
  return {
    domain: facts.cluster.domain,
    namespaces: [...new Set([facts.namespace, ...workloads.map(({ namespace }) => namespace)])],
    workloads: onlyOnce('workload', workloads, ({ id }) => id),
    peers: peers(facts),
    services: onlyOnce(
      'Service',
      parts.flatMap((one) => one.services ?? []),
      ({ name, namespace }) => `${namespace}/${name}`,
    ),
    flows: parts.flatMap((one) => one.flows ?? []),
    hosts: parts.flatMap((one) => one.hosts ?? []),
    routes: inOrder(parts.flatMap((one) => one.routes ?? [])),
  };
}

/** Most special first: every entrance takes the first rule of a host that fits, or behaves as if it did. */
const SPECIAL: Readonly<Record<Route['match']['kind'], number>> = { exact: 0, regex: 1, prefix: 2, all: 3 };

/** Routes of one host together, hosts in the order of their first route. */
function inOrder(routes: readonly Route[]): readonly Route[] {
  const hosts = [...new Set(routes.map(({ host }) => host))];
  return hosts.flatMap((host) =>
    routes
      .filter((route) => route.host === host)
      .sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0) || SPECIAL[a.match.kind] - SPECIAL[b.match.kind]),
  );
}

/** Freezes plain data with all that is in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
