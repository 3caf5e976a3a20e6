import { recordOf } from '../../src/plain/records.ts';
import { seconds } from '../../src/stack/fields.ts';
import { dotted } from '../../src/stack/reading/yaml-source.ts';
import type { Around, Parts, Placed, Started } from '../../src/system/component.ts';
import { resolveFlux } from '../../src/system/delivery/flux.ts';
import type { EntranceParts } from '../../src/system/entrance.ts';
import { type ExtraFile, secretsIn } from '../../src/system/extra-files.ts';
import type { CallNodes, StackFacts } from '../../src/system/facts.ts';
import { ownSecrets } from '../../src/system/own-secrets.ts';
import { resolveSecretProvider } from '../../src/system/secret-settings.ts';
import { type SecretUse, withReaders } from '../../src/system/secret-use.ts';
import type { SecretSpec } from '../../src/system/secrets.ts';
import { onlyOnce } from '../../src/system/unique.ts';
import { inOrder } from '../../src/topology/routes.ts';
import {
  DOORS,
  type Flow,
  type HostClaim,
  type NamespaceClaim,
  PEERS,
  type Peer,
  type Route,
  type ServicePoint,
  serviceOf,
  type Topology,
  type Workload,
} from '../../src/topology/topology.ts';
import { openDoor, openEntrances, passesOn } from '../entrances/index.ts';
import { COMPONENT_NAMES, type ComponentName, components, LAN_NAMES, type Settings } from '../index.ts';
import { additions } from './additions.ts';
import { callsApart, whereRead } from './call-namespace.ts';
import { givenCertificates } from './given-certificates.ts';
import type { Images } from './images.ts';
import { madeCertificates } from './made-elsewhere.ts';
import type { StackFile } from './schema.ts';
import type { Stack } from './stack.ts';

/** What a stack file says nothing about: its own name, the images of the repository, and what is in its files. */
export interface ResolveContext {
  /** Path of the stack file as messages show it, with forward slashes. */
  readonly file: string;
  readonly images: Images;
  /** What it adds to the containers of programs. */
  readonly extraFiles: readonly ExtraFile[];
}

/** Why a host for the local network may be reached through a program that the Internet reaches too. */
function forcedHost(claim: HostClaim): Stack['forced'] {
  if (claim.leadsTo !== 'entrance' || claim.guarded?.reason === undefined) return [];
  return [{ path: dotted(claim.guarded.reasonAt), reason: claim.guarded.reason }];
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
  const assembled = assemble(
    facts,
    COMPONENT_NAMES.map((name) => ({ name, one: started[name] })),
  );
  const secretUses = [...assembled.secretUses, ...secretsIn(context.extraFiles)];
  return deepFreeze({
    ...facts,
    ...recordOf<Settings>(COMPONENT_NAMES, (name) => started[name].own),
    // A copy: what is frozen must not be the caller's.
    images: { ...context.images },
    ...assembled,
    secrets: whereRead(
      assembled.topology,
      withReaders(
        [
          ...placed(assembled.topology, assembled.secrets),
          ...givenCertificates(facts, assembled.topology),
          ...ownSecrets(written.secrets?.own, facts),
        ],
        ofWholeRoles(assembled.topology, secretUses),
      ),
    ),
    forced: [
      ...additions(written, assembled.offers).flatMap(({ path, conflicts }) =>
        conflicts.flatMap(({ at, reason }) =>
          reason === undefined ? [] : [{ path: dotted([...path, ...at]), reason }],
        ),
      ),
      ...assembled.topology.hosts.flatMap((claim) => forcedHost(claim)),
    ],
    secretUses,
    extraFiles: [...context.extraFiles],
    secretFiles: [],
    included: [],
  });
}

/**
 * Puts together what components bring: their parts once all offers are known, their Secrets once the topology is.
 *
 * @param started the components by their keys in the stack file, in the order in which people meet them
 * @throws Error where two bring something of one name, which is a mistake of a component
 */
export function assemble(
  facts: StackFacts,
  started: readonly { readonly name: string; readonly one: Started<unknown> }[],
): Pick<
  Stack,
  'offers' | 'topology' | 'containers' | 'volumes' | 'secrets' | 'secretUses' | 'made' | 'notes'
> {
  const offers = started.flatMap(({ one }) => one.offers);
  const around: Around = { facts, offers };
  const parts = started.map(({ name, one }) => ({ name, ...one.parts(around) }));
  const running = entranceParts(facts);
  const topology = assembleTopology(facts, [...parts, ...running]);
  const placed: Placed = { ...around, topology };
  return {
    offers,
    topology,
    containers: parts.flatMap(({ name, containers = [] }) =>
      containers.map((container) => ({ ...container, at: [name, ...container.at] })),
    ),
    volumes: parts.flatMap(({ name, volumes = [] }) =>
      volumes.map(({ at, classAt, ...volume }) => ({
        ...volume,
        at: [name, ...at],
        ...(classAt === undefined ? {} : { classAt: [name, ...classAt] }),
      })),
    ),
    secretUses: [...parts, ...running].flatMap((one) => one.secretUses ?? []),
    made: [...parts.flatMap(({ made = [] }) => made), ...madeCertificates(facts, topology)],
    notes: [
      ...openEntrances(facts).flatMap(
        ({ entrance, doors }) => entrance.sections?.(doors, facts, topology) ?? [],
      ),
      ...started.flatMap(({ one }) => one.notes(placed)),
    ],
    secrets: onlyOnce(
      'Secret',
      started.flatMap(({ one }) => one.secrets(placed)),
      ({ name }) => name,
    ),
  };
}

function resolveFacts(written: StackFile, context: ResolveContext): StackFacts {
  const name = written.name ?? defaultName(context.file);
  const storageClass = written.cluster?.storageClass;
  const { public: internet, lan } = written.expose;
  const publicDoor = internet === undefined ? undefined : openDoor('public', internet);
  const lanDoor = lan === undefined ? undefined : openDoor('lan', lan);
  const namespace = written.namespace ?? name;
  const { callNamespace } = written;
  return {
    schema: written.schema,
    name,
    file: context.file,
    namespace,
    // The same one is an error, and means none until then.
    ...(callNamespace === undefined || callNamespace === namespace ? {} : { callNamespace }),
    serverName: written.serverName,
    size: written.size ?? 'small',
    cluster: {
      domain: written.cluster?.domain ?? 'cluster.local',
      ...(storageClass === undefined ? {} : { storageClass }),
      network: { families: [...(written.cluster?.network?.families ?? (['IPv4', 'IPv6'] as const))] },
      traefik: {
        entryPoints: {
          https: written.cluster?.traefik?.entryPoints?.https ?? 'websecure',
          http: written.cluster?.traefik?.entryPoints?.http ?? 'web',
        },
      },
    },
    flux: resolveFlux(written.flux),
    expose: {
      ...(publicDoor === undefined ? {} : { public: publicDoor }),
      ...(lanDoor === undefined ? {} : { lan: { ...lanDoor, names: lanNames(lan) } }),
    },
    federation: resolveFederation(written.federation),
    callNodes: resolveCallNodes(written.callNodes),
    provider: resolveSecretProvider(written.secrets),
    overrides: written.overrides ?? [],
    accept: written.accept ?? [],
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
    ...passers(stack),
    peer(PEERS.databaseOperator, 'CloudNativePG operator', 'cluster'),
    ...entranceParts(stack).flatMap((one) => one.peers ?? []),
  ];
}

/** What entrances bring that runs in the stack itself. */
function entranceParts(stack: StackFacts): readonly EntranceParts[] {
  return openEntrances(stack).flatMap(({ entrance, doors }) => entrance.parts?.(doors, stack) ?? []);
}

/** Who around the stack passes requests on at the doors: both may go through one program, or through two of a kind. */
function passers(stack: StackFacts): readonly Peer[] {
  const found = openEntrances(stack).flatMap(({ entrance, doors }) =>
    DOORS.flatMap((door) => (doors[door] === undefined ? [] : entrance.passer(doors[door]))),
  );
  return [...new Map(found.flatMap((one) => (one.kind === 'peer' ? [[one.id, one] as const] : []))).values()];
}

/** Those that run in the stack connect to everybody behind the routes of their doors. */
function flowsOfRoutes(
  stack: StackFacts,
  routes: readonly Pick<Route, 'door' | 'to'>[],
  services: readonly ServicePoint[],
): readonly Flow[] {
  return routes.flatMap((route): readonly Flow[] => {
    const at = passesOn(stack, route.door);
    const passer = at?.entrance.passer(at.own);
    if (passer?.kind !== 'workload') return [];
    const { selects, ports } = serviceOf({ services }, route.to);
    const to = 'id' in selects ? selects.id : selects;
    return ports
      .filter(({ number }) => number === route.to.port)
      .map(({ to: port }) => ({ from: passer.id, to, port, why: 'requests from outside' }));
  });
}

/** The same flows without those that say the same again: several routes may lead to one program. */
function eachOnce(flows: readonly Flow[]): readonly Flow[] {
  return [...new Map(flows.map((one) => [JSON.stringify(one), one])).values()];
}

/** What the parts of all components and of the entrances that run in the stack come to together. */
export function assembleTopology(facts: StackFacts, declared: readonly Parts[]): Topology {
  const parts = callsApart(facts, declared);
  const workloads = parts.flatMap((one) => one.workloads ?? []);
  const services = onlyOnce(
    'Service',
    parts.flatMap((one) => one.services ?? []),
    ({ name, namespace }) => `${namespace}/${name}`,
  );
  const routes = inOrder(parts.flatMap((one) => one.routes ?? []));
  const tcpRoutes = onlyOnce(
    'TCP route',
    parts.flatMap((one) => one.tcpRoutes ?? []),
    ({ host, door }) => `${host} (${door})`,
  );
  return {
    domain: facts.cluster.domain,
    namespaces: namespaces(facts, workloads),
    workloads: onlyOnce('workload', workloads, ({ id }) => id),
    peers: peers(facts),
    services,
    flows: eachOnce([
      ...parts.flatMap((one) => one.flows ?? []),
      ...flowsOfRoutes(facts, [...routes, ...tcpRoutes], services),
    ]),
    hosts: parts.flatMap((one) => one.hosts ?? []),
    routes,
    tcpRoutes,
  };
}

/**
 * The stack's own namespace, and every other one that a workload is in, each once.
 *
 * @throws when a component puts something into another namespace and does not say which field decides that
 */
function namespaces({ namespace }: StackFacts, workloads: readonly Workload[]): readonly NamespaceClaim[] {
  const found = new Map<string, NamespaceClaim>([[namespace, { name: namespace, at: ['namespace'] }]]);
  for (const { id, namespace: name, namespaceAt: at } of workloads) {
    if (found.has(name)) continue;
    if (at === undefined) throw new Error(`no field decides the namespace "${name}" of "${id}"`);
    found.set(name, { name, at });
  }
  return [...found.values()];
}

/**
 * The same Secrets, each in namespaces of the stack.
 *
 * @throws when one is needed where nothing of the stack runs: nobody would make that namespace
 */
export function placed(
  { namespaces: all }: Pick<Topology, 'namespaces'>,
  secrets: readonly SecretSpec[],
): readonly SecretSpec[] {
  for (const { name, places } of secrets) {
    for (const { namespace } of places) {
      if (all.some((one) => one.name === namespace)) continue;
      throw new Error(`the Secret "${name}" is for the namespace "${namespace}", where nothing runs`);
    }
  }
  return secrets;
}

/** The same for every workload that does the same as the one that is named: all of a role are given the same. */
function ofWholeRoles({ workloads }: Topology, uses: readonly SecretUse[]): readonly SecretUse[] {
  return uses.flatMap((use) => {
    const role = workloads.find(({ id }) => id === use.workload)?.role;
    const all = workloads.filter((one) => one.role === role);
    return all.length === 0 ? [use] : all.map(({ id }) => ({ ...use, workload: id }));
  });
}

/** Freezes plain data with all that is in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
