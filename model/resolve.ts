import { additions } from './additions.ts';
import type { Around, Parts, Started } from './components/component.ts';
import {
  COMPONENT_NAMES,
  type ComponentName,
  components,
  LAN_NAMES,
  type Settings,
} from './components/index.ts';
import { compareText } from './diagnostic.ts';
import {
  type CallNodes,
  doorTls,
  type LanExposure,
  type PublicExposure,
  type StackFacts,
  type TlsSource,
} from './facts.ts';
import { seconds } from './fields.ts';
import type { Images } from './images.ts';
import { dotted } from './reading/yaml-source.ts';
import { recordOf } from './records.ts';
import type { StackFile } from './schema.ts';
import { resolveSecretProvider } from './secret-settings.ts';
import type { SecretSpec } from './secrets.ts';
import type { Stack } from './stack.ts';
import { hostsAt, PEERS, type Peer, type Route, type Topology } from './topology.ts';

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
    secrets: [...parts.flatMap((one) => one.parts.secrets ?? []), ...keptCertificates(facts, topology)],
    kept: [],
  });
}

function resolveFacts(written: StackFile, context: ResolveContext): StackFacts {
  const name = written.name ?? defaultName(context.file);
  const storageClass = written.cluster?.storageClass;
  const publicDoor = resolvePublic(written.expose.public);
  const lanDoor = resolveLan(written.expose.lan);
  return {
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
      ...(lanDoor === undefined ? {} : { lan: lanDoor }),
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

/** The TLS Secrets that somebody else keeps: one for each name, whichever doors use it. */
function keptCertificates(stack: StackFacts, topology: Topology): readonly SecretSpec[] {
  const hostsBySecret = new Map<string, Set<string>>();
  for (const door of ['public', 'lan'] as const) {
    const source = doorTls(stack, door);
    if (source === undefined || !('secret' in source)) continue;
    for (const { host } of hostsAt(topology, door)) {
      hostsBySecret.set(source.secret, (hostsBySecret.get(source.secret) ?? new Set()).add(host));
    }
  }
  return [...hostsBySecret].map(([name, hosts]) => ({
    namespace: stack.namespace,
    name,
    certificateFor: [...hosts].sort(compareText),
    keys: [
      {
        key: 'tls.crt',
        what: 'certificate chain',
        readers: [PEERS.traefik],
        form: { kind: 'given', pem: 'certificate' },
        loss: 'renew it before it ends: Traefik then serves its own, which nobody trusts',
        rotation: 'nobody, where the new one is valid for the same hosts',
      },
      {
        key: 'tls.key',
        what: "the certificate's private key",
        readers: [PEERS.traefik],
        form: { kind: 'given', pem: 'private key' },
        loss: 'whoever has it can pose as these hosts; have the certificate revoked, and ask for a new one',
        rotation: 'nobody, together with its certificate',
      },
    ],
  }));
}

function resolveFederation(written: StackFile['federation']): StackFacts['federation'] {
  return typeof written === 'object' ? { allow: [...written.allow] } : (written ?? 'open');
}

function resolveTls(
  written: NonNullable<StackFile['expose']['lan']>['tls'] | undefined,
): TlsSource | undefined {
  if (written?.secret !== undefined) return { secret: written.secret };
  if (written?.issuer === undefined) return undefined;
  const { kind, name, acme } = written.issuer;
  return {
    issuer: { kind: kind ?? 'ClusterIssuer', name },
    ...(acme === undefined ? {} : { acme }),
  };
}

function resolvePublic(written: StackFile['expose']['public']): PublicExposure | undefined {
  if (written?.via === 'traefik') {
    const tls = resolveTls(written.tls);
    return tls === undefined ? undefined : { via: 'traefik', tls };
  }
  if (written?.tunnel === undefined) return undefined;
  const { kind, name, zone, edgeCertificate } = written.tunnel;
  return {
    via: 'tunnel',
    tunnel: { kind: kind ?? 'ClusterTunnel', name, zone, edgeCertificate: edgeCertificate ?? 'universal' },
  };
}

function resolveLan(written: StackFile['expose']['lan']): LanExposure | undefined {
  const tls = resolveTls(written?.tls);
  if (tls === undefined) return undefined;
  const names: Partial<Record<string, string>> = {};
  for (const name of LAN_NAMES) {
    const host = written?.names?.[name];
    if (host !== undefined) names[name] = host;
  }
  return { tls, names };
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
    ...(publicDoor?.via === 'tunnel'
      ? [peer(PEERS.tunnel, `Cloudflare tunnel ${publicDoor.tunnel.name}`, 'cluster')]
      : []),
    ...(publicDoor?.via === 'traefik' || lan !== undefined
      ? [peer(PEERS.traefik, 'Traefik', 'cluster')]
      : []),
    peer(PEERS.databaseOperator, 'CloudNativePG operator', 'cluster'),
  ];
}

function assembleTopology(facts: StackFacts, parts: readonly Parts[]): Topology {
  const workloads = parts.flatMap((one) => one.workloads ?? []);
  return {
    domain: facts.cluster.domain,
    namespaces: [...new Set([facts.namespace, ...workloads.map(({ namespace }) => namespace)])],
    workloads,
    peers: peers(facts),
    services: parts.flatMap((one) => one.services ?? []),
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

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
