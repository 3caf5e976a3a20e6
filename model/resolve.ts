import { additions } from './additions.ts';
import {
  allComponents,
  COMPONENT_NAMES,
  type ComponentName,
  type ComponentSettings,
  components,
  LAN_NAMES,
  type LanName,
} from './components/index.ts';
import { seconds } from './fields.ts';
import { givenCertificates } from './given-certificates.ts';
import type { Images } from './images.ts';
import { ownSecrets } from './own-secrets.ts';
import { dotted } from './reading/yaml-source.ts';
import { recordOf } from './records.ts';
import type { StackFile } from './schema.ts';
import { resolveSecretProvider } from './secret-settings.ts';
import type {
  CallNodes,
  LanExposure,
  PublicExposure,
  Stack,
  StackBase,
  StackFacts,
  TlsSource,
} from './stack.ts';
import { PEERS, type Peer, type Route, type Topology } from './topology.ts';

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
  const base: StackBase = { ...facts, ...resolveComponents(written, facts) };
  const topology = assembleTopology(base);
  return deepFreeze({
    ...base,
    topology,
    secrets: [
      ...allComponents.flatMap((component) => component.secrets(base)),
      ...givenCertificates(base, topology),
      ...ownSecrets(written, base),
    ],
    secretFiles: [],
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
    // A copy: what is frozen below must not be the caller's.
    images: { ...context.images },
    callNodes: resolveCallNodes(written.callNodes),
    provider: resolveSecretProvider(written.secrets),
    overrides: written.overrides ?? [],
    forced: additions(written).flatMap(({ path, force, conflicts }) =>
      force === undefined
        ? []
        : conflicts.map(({ at }) => ({ path: dotted([...path, ...at]), reason: force })),
    ),
  };
}

function resolveComponents(written: StackFile, facts: StackFacts): ComponentSettings {
  // The same components, seen so that the type of what each name resolves to shows.
  const declared: {
    readonly [Name in ComponentName]: {
      resolve(file: StackFile, facts: StackFacts): ComponentSettings[Name];
    };
  } = components;
  return recordOf<ComponentSettings>(COMPONENT_NAMES, (name) => declared[name].resolve(written, facts));
}

function resolveFederation(written: StackFile['federation']): StackBase['federation'] {
  return typeof written === 'object' ? { allow: [...written.allow] } : (written ?? 'open');
}

function resolveTls(
  written: NonNullable<StackFile['expose']['lan']>['tls'] | undefined,
): TlsSource | undefined {
  if (written?.secret !== undefined) return { secret: written.secret };
  if (written?.issuer === undefined) return undefined;
  return { issuer: { kind: written.issuer.kind ?? 'ClusterIssuer', name: written.issuer.name } };
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
  const names: Partial<Record<LanName, string>> = {};
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
function peers(stack: StackBase): readonly Peer[] {
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

function assembleTopology(stack: StackBase): Topology {
  const workloads = allComponents.flatMap((component) => component.workloads(stack));
  return {
    domain: stack.cluster.domain,
    namespaces: [...new Set([stack.namespace, ...workloads.map(({ namespace }) => namespace)])],
    workloads,
    peers: peers(stack),
    services: allComponents.flatMap((component) => component.services(stack)),
    flows: allComponents.flatMap((component) => component.flows(stack)),
    hosts: allComponents.flatMap((component) => component.hosts(stack)),
    routes: inOrder(allComponents.flatMap((component) => component.routes(stack))),
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
