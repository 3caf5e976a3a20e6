import * as z from 'zod';
import { host, ipv4, port, portOrRange, portRange, serverName } from '../../src/stack/fields.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { dotted } from '../../src/stack/reading/yaml-source.ts';
import { component, isOn, type Placed } from '../../src/system/component.ts';
import { claims, doors } from '../../src/system/doors.ts';
import { extraConfigField, forceField, owned } from '../../src/system/extra-config.ts';
import { extraFilesField } from '../../src/system/extra-files.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import type { Note } from '../../src/system/note.ts';
import {
  type BySize,
  overrideResources,
  type Resources,
  resourcesField,
  resourcesText,
  sizeRow,
} from '../../src/system/resources.ts';
import {
  type SecretReference,
  secretConfigField,
  secretConfigVariables,
} from '../../src/system/secret-config.ts';
import type { SecretVariable } from '../../src/system/secret-use.ts';
import { CALLS, HOMESERVER, WELL_KNOWN_CLIENT } from '../../src/system/topics.ts';
import { isDirect, PEERS, type Port, portOf, portText, workloadOf } from '../../src/topology/topology.ts';
import { reservedWithin } from '../stack/checks/reserved-ports.ts';
import { configuredLivekitPorts } from './ports.ts';
import { SECRET_OPTIONS } from './secret-options.ts';
import {
  resolveTurn,
  type Turn,
  turnFlows,
  turnHosts,
  turnPorts,
  turnRoutes,
  turnSchema,
  turnServicePorts,
} from './turn.ts';
import { turnFindings } from './turn-checks.ts';
import { turnNotes } from './turn-notes.ts';

const schema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe('false keeps these settings but leaves LiveKit out. Default: true.'),
    host: host.optional().describe('Host where clients reach its signalling. Default: rtc.<serverName>.'),
    udp: portOrRange
      .optional()
      .describe(
        'UDP for call traffic: one port for everything (7882), or a range (50000-60000). Default: 7882.',
      ),
    udpRange: z
      .enum(['each', 'shared'])
      .optional()
      .describe(
        'How a range in udp is used. each: every participant gets a port, so the range limits their number. shared: LiveKit opens as many of the ports as the node has cores, and all participants share those (LiveKit recommends this for large nodes). Default: each.',
      ),
    tcp: port.optional().describe('TCP for call traffic where UDP is blocked. Default: 7881.'),
    signalling: port
      .optional()
      .describe("The node's port behind the entrance, for the cluster only. Default: 7880."),
    addresses: z
      .array(ipv4)
      .min(1)
      .optional()
      .describe(
        'The addresses of the call nodes at which call traffic arrives, as the nodes have them: behind a router the private ones. Only needed for nodes with more than one address. Default: LiveKit takes any that its node has.',
      ),
    turn: turnSchema,
    fullAccess: z
      .union([z.literal('everyone'), z.array(serverName).min(1)])
      .optional()
      .describe(
        'Homeservers, besides your own, whose users may start calls on this LiveKit; users of all others can only join calls that somebody with full access has started. everyone: any user of any homeserver that reaches it. Default: only your own homeserver.',
      ),
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    extraSecretConfig: secretConfigField
      .describe(
        `Options of livekit.yaml that are secret, such as prometheus: {password: {fromSecret: NAME, key: KEY}}. LiveKit reads a single file, so each option becomes an environment variable; it has one for these: ${SECRET_OPTIONS.map(dotted).join(', ')}. Declare the Secret in secrets.own.`,
      )
      .optional(),
    extraFiles: extraFilesField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe('Calls through MatrixRTC. Present if this key is.');

/** Everything about LiveKit that more than one place needs. */
export interface Livekit {
  readonly host: string;
  /** The address that Matrix clients get: where the JWT service answers. */
  readonly serviceUrl: string;
  readonly udp: { readonly first: number; readonly last: number };
  /** Whether all participants share the ports of `udp`; a single port is always shared. */
  readonly sharesUdp: boolean;
  readonly tcp: number;
  readonly signalling: number;
  /** Addresses of the nodes at which call traffic arrives; none for any. */
  readonly addresses: readonly string[];
  readonly turn: Turn;
  /** Whose users may start calls, the own homeserver's first; `*` for everybody. */
  readonly fullAccess: readonly [string, ...string[]];
  readonly resources: Resources;
  readonly jwtResources: Resources;
  readonly extraConfig: Readonly<Record<string, unknown>>;
  /** Options that are secret, as variables. */
  readonly secretEnv: readonly (SecretVariable & SecretReference)[];
}

/** LiveKit dies on its first call below this. */
const MEMORY_FLOOR = '256Mi';

/** Ports of the node that LiveKit opens unless the stack file names others. */
const PORTS = {
  udp: 7882,
  /** ICE over TCP, for networks that block UDP. */
  tcp: 7881,
  signalling: 7880,
} as const;

/** Keys of livekit.yaml that other parts of the stack are built on. */
const OWNED = owned({
  port: 'livekit.signalling',
  bind_addresses: "the node's address in the cluster",
  keys: 'the Secret livekit-keys',
  key_file: 'the Secret livekit-keys',
  'rtc.udp_port': 'livekit.udp',
  'rtc.port_range_start': 'livekit.udp',
  'rtc.port_range_end': 'livekit.udp',
  'rtc.tcp_port': 'livekit.tcp',
  'rtc.node_ip': 'callNodes.addresses',
  'rtc.use_external_ip': 'callNodes.addresses',
  'turn.enabled': 'the ports that SUMMARY.md lists',
  'turn.udp_port': 'livekit.turn.udp',
  'turn.relay_range_start': 'livekit.turn.relay',
  'turn.relay_range_end': 'livekit.turn.relay',
  'room.auto_create': 'the JWT service, which alone creates rooms',
  'webhook.api_key': 'the JWT service',
  'webhook.urls': 'the JWT service',
});

const SIZES: BySize<Resources> = {
  small: { requests: { cpu: '500m', memory: '256Mi' }, limits: { memory: '1Gi' } },
  medium: { requests: { cpu: '2', memory: '512Mi' }, limits: { memory: '2Gi' } },
  large: { requests: { cpu: '6', memory: '1Gi' }, limits: { memory: '4Gi' } },
};
const JWT_RESOURCES: Resources = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { memory: '64Mi' },
};

function notThis(names: readonly string[] = [], own: string): readonly string[] {
  return [...new Set(names)].filter((name) => name !== own);
}

function resolve(written: z.infer<typeof schema>, facts: StackFacts): Livekit | undefined {
  if (!isOn(written)) return undefined;
  const { serverName, size } = facts;
  const resolvedHost = written.host ?? `rtc.${serverName}`;
  const udp = portRange(written.udp ?? PORTS.udp);
  return {
    host: resolvedHost,
    serviceUrl: `https://${resolvedHost}`,
    udp,
    sharesUdp: udp.first === udp.last || written.udpRange === 'shared',
    tcp: written.tcp ?? PORTS.tcp,
    signalling: written.signalling ?? PORTS.signalling,
    addresses: [...new Set(written.addresses)],
    turn: resolveTurn(written.turn, facts),
    fullAccess:
      written.fullAccess === 'everyone' ? ['*'] : [serverName, ...notThis(written.fullAccess, serverName)],
    resources: overrideResources(SIZES[size], written.resources),
    jwtResources: JWT_RESOURCES,
    extraConfig: written.extraConfig ?? {},
    secretEnv: secretConfigVariables(written.extraSecretConfig, 'LIVEKIT'),
  };
}

/** LiveKit's and the JWT service's shared API key. The key's name is public, its secret is not. */
export const LIVEKIT_KEYS = { secret: 'livekit-keys', key: 'keys.yaml', apiKey: 'matrix-rtc' } as const;

/** Every port LiveKit opens on its node. */
function livekitPorts({ udp, tcp, signalling, turn }: Livekit): readonly Port[] {
  return [
    { name: 'http', number: signalling, protocol: 'TCP', on: 'node', decidedBy: ['livekit', 'signalling'] },
    { name: 'ice-tcp', number: tcp, protocol: 'TCP', on: 'node', decidedBy: ['livekit', 'tcp'] },
    {
      name: 'ice-udp',
      number: udp.first,
      ...(udp.last === udp.first ? {} : { last: udp.last }),
      protocol: 'UDP',
      on: 'node',
      decidedBy: ['livekit', 'udp'],
    },
    ...turnPorts(turn),
  ];
}

/** A single port has nothing to divide. */
function idleUdpRange(written: z.infer<typeof schema>, { udp }: Livekit): readonly CheckFinding[] {
  const how = written?.udpRange;
  if (how === undefined || udp.first !== udp.last) return [];
  return [
    {
      code: 'MG086',
      at: ['livekit', 'udpRange'],
      other: ['livekit', 'udp'],
      what: `livekit.udpRange is ${how}, but livekit.udp is the single port ${udp.first}`,
      remedy: 'write a range at livekit.udp, such as 7882-7892, or remove udpRange',
    },
  ];
}

/** LiveKit can tell clients one given address, or what it finds out by itself; the video bridge can tell two. */
function throughTheRouter({ facts: { expose, callNodes }, topology }: Placed): readonly Note[] {
  const { address } = callNodes;
  if (expose.lan === undefined || address.by !== 'public') return [];
  const ports = topology.flows
    .filter((flow) => flow.to === 'livekit' && isDirect(topology, flow))
    .map(({ port }) => portText(portOf(workloadOf(topology, 'livekit'), port)));
  return [
    {
      where: 'local-network',
      text: [
        `LiveKit gives the address ${address.ip} to every client, including those on the local network. If that is the address of your router, the router has to send ${ports.join(', ')} back inside (NAT loopback, also called hairpin NAT); if it cannot, calls on the local network ring but stay silent. With callNodes.addresses: {discover: stun} instead, LiveKit gives clients the node's own address as well.`,
      ],
    },
  ];
}

/**
 * LiveKit gives clients one address for all that its node has, and listens on each apart: a connection that was prepared
 * on the one never sees what arrives at the other, and which one it is, is chance (ICE drops candidates that look alike).
 */
function severalAddresses({ addresses }: Livekit, { facts: { callNodes } }: Placed): readonly Note[] {
  if (addresses.length > 0 || callNodes.address.by === 'stun') return [];
  return [
    {
      where: 'before-live',
      text: [
        'If a call node has more than one address, such as one for a private network next to the public one, write the one at which call traffic arrives at livekit.addresses. Otherwise LiveKit picks any of them for each connection, and many calls fail or have to use TCP.',
      ],
    },
  ];
}

/** What people of other homeservers can do here, and what they need of their own. */
function guests({ fullAccess: [first, ...others] }: Livekit, { facts }: Placed): readonly Note[] {
  if (facts.federation === 'closed' || facts.expose.public === undefined) return [];
  const start =
    first === '*'
      ? 'Anyone from any homeserver that reaches LiveKit can start calls on it, and use your bandwidth: name homeservers at livekit.fullAccess to prevent that.'
      : `Users of ${[first, ...others].join(', ')} can start calls on this LiveKit (livekit.fullAccess); users of other homeservers can only join calls that run here.`;
  return [
    {
      where: 'before-live',
      text: [
        `${start} Clients send picture and sound to the LiveKit of their own homeserver, and from release 0.7 on lk-jwt-service lets other users only receive: nobody sees or hears guests whose homeserver has no LiveKit.`,
      ],
    },
  ];
}

function notes(livekit: Livekit, whole: Placed): readonly Note[] {
  const { expose, serverName } = whole.facts;
  const idleName = expose.lan?.names.livekit;
  const within = reservedWithin(livekit.udp.first, livekit.udp.last);
  return [
    ...throughTheRouter(whole),
    ...(idleName === undefined
      ? []
      : [
          {
            where: 'local-network',
            text: [
              `No client ever uses ${idleName} (expose.lan.names.livekit): every client gets ${livekit.host}, so the local network must be able to reach that too. You can remove the name.`,
            ],
          } as const,
        ]),
    {
      where: 'before-live',
      text: [
        `LiveKit's signalling port ${livekit.signalling}/tcp listens on the node's cluster address, unencrypted: keep it closed to the Internet.`,
      ],
    },
    ...turnNotes(livekit.turn, whole),
    ...severalAddresses(livekit, whole),
    ...guests(livekit, whole),
    ...(within.length === 0
      ? []
      : [
          {
            where: 'before-live',
            text: [
              `livekit.udp covers ports that the network between pods uses in some clusters: ${within.join(', ')}. If yours is one of them, choose a different range.`,
            ],
          } as const,
        ]),
    ...(expose.public !== undefined
      ? []
      : [
          {
            where: 'dns',
            text: [
              'Pods have to resolve two of these names too: ',
              { code: serverName },
              ' and ',
              { code: livekit.host },
              ". lk-jwt-service connects to both when somebody joins a call. CoreDNS usually gives pods the answer of their node's resolver; if that resolver does not know the local DNS, add a forward for the zone to CoreDNS, or calls fail.",
            ],
          } as const,
        ]),
  ];
}

/** Calls through MatrixRTC: the SFU on a node's own network, and the service that gives Matrix users tokens for it. */
export const livekit = component({
  key: 'livekit',
  schema,
  resolve,
  lanName: 'Signalling of calls. No client uses it: every client gets livekit.host.',
  images: {
    livekit: {
      program: 'livekit-server',
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [1, 13, 0],
      example: 'v1.13.7',
      because: 'older releases reject settings that are rendered',
    },
    'lk-jwt-service': {
      program: 'lk-jwt-service',
      tag: /^([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [0, 6, 0],
      example: '0.6.0',
      because: 'older releases do not support the webhook that ends calls properly',
    },
  },
  additions: [{ at: ['extraConfig'], owned: () => OWNED }],
  // livekit-server: one file or body (getConfigString), then each variable LIVEKIT_<OPTION> over it (updateFromCLI).
  secretConfigs: [
    {
      kind: 'environment',
      at: ['extraSecretConfig'],
      plain: ['extraConfig'],
      options: SECRET_OPTIONS,
      owned: OWNED,
    },
  ],
  extraFiles: [
    {
      at: ['extraFiles'],
      workload: 'livekit',
      taken: ['/config', '/livekit-server', '/run/turn', '/secrets'],
    },
  ],
  opensPorts: [{ role: 'livekit', file: 'livekit.yaml', read: configuredLivekitPorts }],
  sizes: [
    sizeRow(
      'requests and limits',
      SIZES,
      resourcesText,
      "LiveKit's benchmark: nine people with video for each core; no CPU limit, since throttling is heard",
    ),
  ],
  offers: ({ serviceUrl }) => [
    CALLS.offer({ by: 'livekit', serviceUrl }),
    WELL_KNOWN_CLIENT.offer({
      'org.matrix.msc4143.rtc_foci': [{ type: 'livekit', livekit_service_url: serviceUrl }],
    }),
  ],
  check: (written, livekit) => [
    ...turnFindings(written?.turn, livekit.turn, livekit.extraConfig),
    ...idleUdpRange(written, livekit),
  ],
  notes,
  parts: (livekit, { facts, offers }) => {
    const { namespace } = facts;
    const common = { kind: 'workload', instance: facts.name, namespace, at: ['livekit'] } as const;
    const call = { from: PEERS.clients, to: 'livekit' };
    return {
      containers: [{ at: ['resources'], resources: livekit.resources, floor: MEMORY_FLOOR }],
      workloads: [
        {
          ...common,
          id: 'livekit',
          role: 'livekit',
          title: 'LiveKit SFU',
          hostNetwork: true,
          ports: livekitPorts(livekit),
        },
        {
          ...common,
          id: 'lk-jwt-service',
          role: 'lk-jwt-service',
          title: 'LiveKit JWT service',
          hostNetwork: false,
          ports: [{ name: 'http', number: 8080, protocol: 'TCP', on: 'pod' }],
        },
      ],
      services: [
        {
          name: 'livekit',
          namespace,
          selects: { role: 'livekit' },
          ports: [{ number: 7880, to: 'http' }, ...turnServicePorts(livekit.turn)],
        },
        {
          name: 'lk-jwt-service',
          namespace,
          selects: { role: 'lk-jwt-service' },
          ports: [{ number: 8080, to: 'http' }],
        },
      ],
      flows: [
        { ...call, port: 'ice-udp', why: 'call traffic' },
        { ...call, port: 'ice-tcp', why: 'call traffic where UDP is blocked' },
        ...turnFlows(livekit.turn, facts, PEERS.clients),
        { from: 'livekit', to: 'lk-jwt-service', port: 'http', why: 'reports who joined and left' },
        {
          from: 'lk-jwt-service',
          to: PEERS.homeservers,
          port: 'federation',
          why: "checks a user's identity, and creates rooms through LiveKit's own host",
        },
        ...HOMESERVER.of(offers).map(({ workload }) => ({
          from: 'lk-jwt-service',
          to: workload,
          port: 'http',
          why: 'removes people from calls that they left without signing off',
        })),
      ],
      hosts: [...claims(facts, 'livekit', livekit.host), ...turnHosts(livekit.turn, facts)],
      tcpRoutes: turnRoutes(livekit.turn, facts, namespace),
      routes: [
        ...doors(facts, 'livekit', livekit.host, {
          match: { kind: 'exact', paths: ['/sfu/get', '/get_token', '/delegate_delayed_leave'] },
          to: { service: 'lk-jwt-service', namespace, port: 8080 },
          group: 'livekit',
        }),
        ...doors(facts, 'livekit', livekit.host, {
          // Signalling, and the room API that the JWT service calls with a signed token.
          match: { kind: 'prefix', paths: ['/rtc', '/twirp/livekit.RoomService'] },
          to: { service: 'livekit', namespace, port: 7880 },
          group: 'livekit',
        }),
      ],
      secretUses: livekit.secretEnv.map(({ secret, key, at }) => ({
        workload: 'livekit',
        secret,
        key,
        at: ['livekit', 'extraSecretConfig', ...at],
      })),
    };
  },
  secrets: (_, { facts: { namespace } }) => [
    {
      places: [{ namespace }],
      name: LIVEKIT_KEYS.secret,
      keys: [
        {
          key: LIVEKIT_KEYS.key,
          what: 'the API key with which the JWT service signs call tokens and LiveKit checks them',
          readers: ['livekit', 'lk-jwt-service'],
          form: { kind: 'livekit-keys', apiKey: LIVEKIT_KEYS.apiKey },
          loss: 'anyone who has it can join and end every call; create a new one',
          rotation: 'running calls end, and people have to join again',
          rotateAfterDays: 180,
        },
      ],
    },
  ],
});
