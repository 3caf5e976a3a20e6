import { component } from '../../src/system/component.ts';
import { frontDoor } from '../../src/system/doors.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import { resourcesText, sizeRow } from '../../src/system/resources.ts';
import type { SecretUse } from '../../src/system/secret-use.ts';
import { HOMESERVER, type Offered, TURN } from '../../src/system/topics.ts';
import { type Flow, type HostClaim, PEERS, type Port, type Workload } from '../../src/topology/topology.ts';
import { turnFindings } from './checks.ts';
import { turnNotes } from './notes.ts';
import { turnSchema } from './schema.ts';
import { COTURN, coturnSecrets, TURN_SECRETS } from './secrets.ts';
import {
  COTURN_MEMORY_FLOOR,
  COTURN_SIZES,
  type Coturn,
  coturnUris,
  resolveTurn,
  type TurnSettings,
} from './settings.ts';

/** Group of the certificate for its host. */
export const TURN_CERTIFICATE = 'turn';

const AT = ['turn', 'coturn'] as const;

/** Every port that coturn opens on its node. */
function ports({ port, tls, relay, metrics }: Coturn): readonly Port[] {
  const node = { on: 'node', decidedBy: [...AT, 'port'] } as const;
  return [
    { ...node, name: 'turn-udp', number: port, protocol: 'UDP' },
    { ...node, name: 'turn-tcp', number: port, protocol: 'TCP' },
    ...(tls === undefined
      ? []
      : [
          {
            ...node,
            name: 'turn-tls',
            number: tls.port,
            protocol: 'TCP',
            decidedBy: [...AT, 'tlsPort'],
          } as const,
        ]),
    {
      ...node,
      name: 'relay',
      number: relay.first,
      last: relay.last,
      protocol: 'UDP',
      decidedBy: [...AT, 'relay'],
    },
    ...(metrics === undefined
      ? []
      : [
          {
            ...node,
            name: 'metrics',
            number: metrics,
            protocol: 'TCP',
            decidedBy: [...AT, 'metrics'],
            purpose: 'metrics',
          } as const,
        ]),
  ];
}

function workload(facts: StackFacts, coturn: Coturn): Workload {
  return {
    kind: 'workload',
    id: COTURN,
    role: COTURN,
    instance: facts.name,
    namespace: facts.namespace,
    title: 'coturn (TURN)',
    hostNetwork: true,
    needsAddress: true,
    ports: ports(coturn),
    at: ['turn'],
  };
}

function flows({ tls }: Coturn): readonly Flow[] {
  const calls = { from: PEERS.clients, to: COTURN } as const;
  return [
    {
      ...calls,
      port: 'turn-udp',
      why: 'STUN and TURN: a client learns its own address, and relays if it has to',
    },
    { ...calls, port: 'turn-tcp', why: 'TURN where UDP is blocked' },
    ...(tls === undefined
      ? []
      : [{ ...calls, port: 'turn-tls', why: 'TURN over TLS, where everything else is blocked' }]),
    { ...calls, port: 'relay', why: 'call traffic, relayed' },
  ];
}

/** Its name leads to the node itself: no entrance carries TURN. */
function host(facts: StackFacts, { host, tls }: Coturn): HostClaim {
  return {
    host,
    door: frontDoor(facts),
    at: [...AT, 'host'],
    component: 'turn.coturn',
    leadsTo: 'call-nodes',
    ...(tls === undefined
      ? {}
      : {
          certificate: {
            group: TURN_CERTIFICATE,
            readers: [COTURN],
            sourceAt: [...AT, 'tls'],
            ...(tls.source === undefined ? {} : { source: tls.source }),
          },
        }),
  };
}

/** The keys of the operator's own Secrets that the homeserver is given. */
function givenLogin({ external }: TurnSettings, offers: readonly Offered[]): readonly SecretUse[] {
  const login = external?.login;
  if (login === undefined) return [];
  const at = ['turn', 'external'];
  return HOMESERVER.of(offers).flatMap(({ workload }) =>
    login.by === 'shared-secret'
      ? [{ workload, secret: login.secret, key: login.key, at: [...at, 'secret'] }]
      : (['username', 'password'] as const).map((part) => ({
          workload,
          ...login[part],
          at: [...at, 'login', part],
        })),
  );
}

/** Who relays calls between two people: coturn on the call nodes, or somebody else's server. */
export const turn = component({
  key: 'turn',
  schema: turnSchema,
  resolve: resolveTurn,
  lanName: undefined,
  images: {
    coturn: {
      program: 'coturn',
      tag: /^([0-9]+)\.([0-9]+)\.([0-9]+)-r[0-9]+(?:-(?:alpine|debian))?$/,
      atLeast: [4, 17, 0],
      example: '4.17.0-r0',
      because: 'older releases open more ports than are listed here, unless they are told not to',
    },
  },
  additions: [],
  sizes: [
    sizeRow(
      'requests and limits',
      COTURN_SIZES,
      resourcesText,
      'coturn copies packets without looking into them; no CPU limit, since throttling is heard',
    ),
  ],
  offers: ({ coturn, external }) => [
    ...(coturn === undefined
      ? []
      : [
          TURN.offer({
            uris: coturnUris(coturn),
            login: { by: 'shared-secret', secret: TURN_SECRETS.name, key: TURN_SECRETS.shared },
          }),
        ]),
    ...(external?.login === undefined ? [] : [TURN.offer({ uris: external.uris, login: external.login })]),
  ],
  check: turnFindings,
  notes: turnNotes,
  parts: (settings, { facts, offers }) => {
    const { coturn } = settings;
    return {
      ...(coturn === undefined
        ? {}
        : {
            containers: [
              { at: ['coturn', 'resources'], resources: coturn.resources, floor: COTURN_MEMORY_FLOOR },
            ],
            workloads: [workload(facts, coturn)],
            flows: flows(coturn),
            hosts: [host(facts, coturn)],
          }),
      secretUses: givenLogin(settings, offers),
    };
  },
  secrets: ({ coturn }, { facts, offers }) => (coturn === undefined ? [] : coturnSecrets(facts, offers)),
});
