import * as z from 'zod';
import { extraConfigField, forceField, owned } from '../extra-config.ts';
import { host, portOrRange, portRange } from '../fields.ts';
import {
  type BySize,
  overrideResources,
  type Resources,
  resourcesField,
  resourcesText,
  sizeRow,
} from '../resources.ts';
import type { StackFile } from '../schema.ts';
import type { StackBase, StackFacts } from '../stack.ts';
import { PEERS, type Port } from '../topology.ts';
import { type Component, isOn } from './component.ts';
import { claims, doors } from './doors.ts';

const schema = z
  .strictObject({
    enabled: z.boolean().optional().describe('false keeps these settings without LiveKit. Default: true.'),
    host: host.optional().describe('Where clients reach its signalling. Default: rtc.<serverName>.'),
    udp: portOrRange
      .optional()
      .describe(
        'UDP for call traffic: one port for everything (7882), or a range (50000-60000). Default: 7882.',
      ),
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe('Calls through MatrixRTC; there when this key is.');

/** Everything about LiveKit that more than one place needs. */
export interface Livekit {
  readonly host: string;
  /** What Matrix clients are told: where the JWT service answers. */
  readonly serviceUrl: string;
  readonly udp: { readonly first: number; readonly last: number };
  readonly resources: Resources;
  readonly jwtResources: Resources;
  readonly extraConfig: Readonly<Record<string, unknown>>;
}

/** LiveKit dies on its first call below this. */
const MEMORY_FLOOR = '256Mi';

/** ICE over TCP, for networks that block UDP. */
const ICE_TCP = 7881;
/** STUN and TURN over UDP; it is also what keeps clients from asking Google and Twilio. */
export const TURN_UDP = 3478;
/**
 * Ports that TURN relays through. LiveKit's own default (30000-40000) overlaps Kubernetes' node ports.
 * Twelve allocations per participant at most, so this serves some eighty relayed participants.
 */
export const TURN_RELAY = { first: 41000, last: 41999 } as const;

/** Keys of livekit.yaml that other parts of the stack are built on. */
const OWNED = owned({
  port: 'the port that routes and probes use',
  bind_addresses: "the node's address in the cluster",
  keys: 'the Secret livekit-keys',
  key_file: 'the Secret livekit-keys',
  'rtc.udp_port': 'livekit.udp',
  'rtc.port_range_start': 'livekit.udp',
  'rtc.port_range_end': 'livekit.udp',
  'rtc.tcp_port': 'the ports of SUMMARY.md',
  'rtc.node_ip': 'callNodes.addresses',
  'rtc.use_external_ip': 'callNodes.addresses',
  'turn.enabled': 'the ports of SUMMARY.md',
  'turn.udp_port': 'the ports of SUMMARY.md',
  'turn.relay_range_start': 'the ports of SUMMARY.md',
  'turn.relay_range_end': 'the ports of SUMMARY.md',
  'room.auto_create': 'the JWT service, which alone makes rooms',
  webhook: 'the JWT service',
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

function resolve({ livekit: written }: StackFile, { serverName, size }: StackFacts): Livekit | undefined {
  if (!isOn(written)) return undefined;
  const resolvedHost = written.host ?? `rtc.${serverName}`;
  return {
    host: resolvedHost,
    serviceUrl: `https://${resolvedHost}`,
    udp: portRange(written.udp ?? 7882),
    resources: overrideResources(SIZES[size], written.resources),
    jwtResources: JWT_RESOURCES,
    extraConfig: written.extraConfig ?? {},
  };
}

/** LiveKit's and the JWT service's shared API key. The key's name is public, its secret is not. */
export const LIVEKIT_KEYS = { secret: 'livekit-keys', key: 'keys.yaml', apiKey: 'matrix-rtc' } as const;

/** Every port LiveKit opens on its node. */
function livekitPorts(livekit: Livekit): readonly Port[] {
  const { first, last } = livekit.udp;
  return [
    { name: 'http', number: 7880, protocol: 'TCP', on: 'node' },
    { name: 'ice-tcp', number: ICE_TCP, protocol: 'TCP', on: 'node' },
    {
      name: 'ice-udp',
      number: first,
      ...(last === first ? {} : { last }),
      protocol: 'UDP',
      on: 'node',
      decidedBy: ['livekit', 'udp'],
    },
    { name: 'turn-udp', number: TURN_UDP, protocol: 'UDP', on: 'node' },
    { name: 'turn-relay', number: TURN_RELAY.first, last: TURN_RELAY.last, protocol: 'UDP', on: 'node' },
  ];
}

/** Calls through MatrixRTC: the SFU on a node's own network, and the service that gives Matrix users tokens for it. */
export const livekit: Component<typeof schema, Livekit | undefined, 'livekit' | 'lk-jwt-service'> = {
  schema,
  resolve,
  lanName: 'Signalling of calls.',
  images: {
    livekit: {
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [1, 13, 0],
      example: 'v1.13.7',
      because: 'older releases refuse settings that are rendered',
    },
    'lk-jwt-service': {
      tag: /^([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [0, 6, 0],
      example: '0.6.0',
      because: 'older releases do not take the webhook that ends calls properly',
    },
  },
  additions: [{ at: ['extraConfig'], owned: OWNED }],
  sizes: [
    sizeRow(
      'requests and limits',
      SIZES,
      resourcesText,
      "LiveKit's benchmark: nine people with video for each core; no CPU limit, since throttling is heard",
    ),
  ],
  containers: ({ livekit }) =>
    livekit === undefined ? [] : [{ at: ['resources'], resources: livekit.resources, floor: MEMORY_FLOOR }],
  workloads: (stack: StackBase) => {
    if (stack.livekit === undefined) return [];
    const common = {
      kind: 'workload',
      instance: stack.name,
      namespace: stack.namespace,
      at: ['livekit'],
    } as const;
    return [
      {
        ...common,
        id: 'livekit',
        role: 'livekit',
        title: 'LiveKit SFU',
        hostNetwork: true,
        ports: livekitPorts(stack.livekit),
      },
      {
        ...common,
        id: 'lk-jwt-service',
        role: 'lk-jwt-service',
        title: 'LiveKit JWT service',
        hostNetwork: false,
        ports: [{ name: 'http', number: 8080, protocol: 'TCP', on: 'pod' }],
      },
    ];
  },
  services: (stack: StackBase) =>
    stack.livekit === undefined
      ? []
      : [
          {
            name: 'livekit',
            namespace: stack.namespace,
            selects: { role: 'livekit' },
            ports: [{ number: 7880, to: 'http' }],
          },
          {
            name: 'lk-jwt-service',
            namespace: stack.namespace,
            selects: { role: 'lk-jwt-service' },
            ports: [{ number: 8080, to: 'http' }],
          },
        ],
  flows: (stack: StackBase) => {
    if (stack.livekit === undefined) return [];
    const call = { from: PEERS.clients, to: 'livekit' };
    return [
      { ...call, port: 'ice-udp', why: 'call traffic' },
      { ...call, port: 'ice-tcp', why: 'call traffic where UDP is blocked' },
      {
        ...call,
        port: 'turn-udp',
        why: 'STUN and TURN: a client learns its own address, and relays where it must',
      },
      {
        from: 'livekit',
        to: 'lk-jwt-service',
        port: 'http',
        why: 'tells who joined and left',
      },
      {
        from: 'lk-jwt-service',
        to: PEERS.homeservers,
        port: 'federation',
        why: "checks a user's identity, and creates rooms through LiveKit's own host",
      },
      {
        from: 'lk-jwt-service',
        to: 'synapse',
        port: 'http',
        why: 'takes people out of calls that they left without saying so',
      },
    ];
  },
  hosts: (stack: StackBase) =>
    stack.livekit === undefined ? [] : claims(stack, 'livekit', stack.livekit.host),
  routes: (stack: StackBase) => {
    if (stack.livekit === undefined) return [];
    const { namespace } = stack;
    return [
      ...doors(stack, 'livekit', stack.livekit.host, {
        match: { kind: 'exact', paths: ['/sfu/get', '/get_token', '/delegate_delayed_leave'] },
        to: { service: 'lk-jwt-service', namespace, port: 8080 },
        group: 'livekit',
      }),
      ...doors(stack, 'livekit', stack.livekit.host, {
        // Signalling, and the room API that the JWT service calls with a signed token.
        match: { kind: 'prefix', paths: ['/rtc', '/twirp/livekit.RoomService'] },
        to: { service: 'livekit', namespace, port: 7880 },
        group: 'livekit',
      }),
    ];
  },
  secrets: (stack: StackBase) =>
    stack.livekit === undefined
      ? []
      : [
          {
            places: [{ namespace: stack.namespace }],
            name: LIVEKIT_KEYS.secret,
            keys: [
              {
                key: LIVEKIT_KEYS.key,
                what: 'the API key with which the JWT service signs call tokens and LiveKit checks them',
                readers: ['livekit', 'lk-jwt-service'],
                form: { kind: 'livekit-keys', apiKey: LIVEKIT_KEYS.apiKey },
                loss: 'whoever has it can join and end every call; make a new one',
                rotation: 'running calls end, and people join again',
                rotateAfterDays: 180,
              },
            ],
          },
        ],
};
