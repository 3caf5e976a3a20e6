import * as z from 'zod';
import { host, ipv4, isPrivateAddress, port, portRange, rangeOfPorts } from '../../src/stack/fields.ts';
import { resolveTls, type TlsSource, tlsSchema } from '../../src/stack/tls.ts';
import { frontDoor } from '../../src/system/doors.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import type { Flow, HostClaim, Port, ServicePoint, TcpRoute } from '../../src/topology/topology.ts';

/** The only port below 1024 that is of use: networks that let out nothing but the web let it out. */
export const WEB = 443;

const turnPort = z.union([z.literal(WEB), port], { error: `choose ${WEB}, or a port from 1024 to 65535` });

export const turnSchema = z
  .strictObject({
    udp: turnPort
      .optional()
      .describe(
        `STUN and TURN over UDP. ${WEB} gets through more firewalls, if nothing else on the call nodes has it; SUMMARY.md says what the nodes need for that. Default: 3478.`,
      ),
    relay: rangeOfPorts
      .optional()
      .describe('Ports that TURN relays through; one participant uses at most twelve. Default: 41000-41999.'),
    host: host
      .optional()
      .describe(
        `A host of its own for TURN over TLS, for networks that let out nothing but HTTPS: clients connect to its port ${WEB}, whatever port LiveKit has. It must lead here directly, never through a proxy or tunnel. With tls. Default: no TURN over TLS.`,
      ),
    tls: z
      .enum(['entrance', 'livekit'])
      .optional()
      .describe(
        `Who terminates TLS at the host of TURN. entrance: the entrance of the stack, by the name that TLS begins with; LiveKit gets plain TURN. livekit: LiveKit itself, with its own certificate; the entrance passes TLS through, or, with tcp: ${WEB}, LiveKit listens on port ${WEB} of the call nodes without any entrance.`,
      ),
    tcp: turnPort
      .optional()
      .describe(
        `The port of the call nodes on which LiveKit takes TURN over TLS from the entrance; or ${WEB}, with tls: livekit, for clients themselves. Default: 5349.`,
      ),
    certificate: tlsSchema
      .optional()
      .describe(
        'Where the certificate for the host of TURN comes from, if LiveKit terminates TLS: issuer or secret, exactly one. Default: from where those of the entrance come.',
      ),
    relayTo: z
      .array(ipv4)
      .min(1)
      .optional()
      .describe(
        'Private addresses of your own call nodes, one by one. TURN relays to no private address except these; without it, clients that can only be relayed fail where LiveKit gives clients a private address. Default: callNodes.addresses.public, if that is private.',
      ),
  })
  .optional()
  .describe("LiveKit's own TURN server, for clients that cannot connect in any other way.");

/** What is written at `livekit.turn`. */
export type WrittenTurn = z.infer<typeof turnSchema>;

/** TURN over TLS. */
export interface TurnTls {
  readonly host: string;
  readonly endedBy: 'entrance' | 'livekit';
  /** What LiveKit listens on. */
  readonly port: number;
  /** Where the certificate comes from that LiveKit reads. @default - from where those of the door come */
  readonly source?: TlsSource;
}

/** LiveKit's TURN server. */
export interface Turn {
  readonly udp: number;
  readonly relay: { readonly first: number; readonly last: number };
  /** @default - no TURN over TLS */
  readonly tls?: TurnTls;
  /** Private addresses that it relays to. */
  readonly relayTo: readonly string[];
}

/** Ports of the node unless the stack file names others. */
const PORTS = {
  /** STUN and TURN over UDP; it is also what keeps clients from asking Google and Twilio. */
  udp: 3478,
  tls: 5349,
  /** LiveKit's own default (30000-40000) overlaps Kubernetes' node ports. This serves some eighty relayed people. */
  relay: '41000-41999',
} as const;

/** Port of the Service that an entrance connects to, whatever the node's port is. */
const SERVICE_PORT = 5349;

/** The group of its certificate, the file of its route. */
export const TURN_GROUP = 'livekit-turn';

export function resolveTurn(written: WrittenTurn, { callNodes: { address } }: StackFacts): Turn {
  const tls = resolveTurnTls(written);
  const told = address.by === 'public' && isPrivateAddress(address.ip) ? [address.ip] : [];
  return {
    udp: written?.udp ?? PORTS.udp,
    relay: portRange(written?.relay ?? PORTS.relay),
    ...(tls === undefined ? {} : { tls }),
    relayTo: [...new Set([...told, ...(written?.relayTo ?? [])])],
  };
}

/** Undefined where the settings are not whole, which the checks report. */
function resolveTurnTls(written: WrittenTurn): TurnTls | undefined {
  if (written?.host === undefined || written.tls === undefined) return undefined;
  const source = written.tls === 'livekit' ? resolveTls(written.certificate) : undefined;
  return {
    host: written.host,
    endedBy: written.tls,
    port: written.tcp ?? PORTS.tls,
    ...(source === undefined ? {} : { source }),
  };
}

/** Whether LiveKit itself has the port that clients connect to. */
export function listensItself({ endedBy, port: own }: TurnTls): boolean {
  return endedBy === 'livekit' && own === WEB;
}

/** Whether it ever relays: LiveKit refuses private addresses, and the node's own in the cluster is one. */
export function relays({ relayTo }: Turn, { callNodes: { address } }: StackFacts): boolean {
  return address.by !== 'node' || relayTo.length > 0;
}

function belowLimit(number: number): Pick<Port, 'belowLimit'> {
  return number === WEB ? { belowLimit: true } : {};
}

/** Ports of the node that TURN has. */
export function turnPorts({ udp, relay, tls }: Turn): readonly Port[] {
  const common = { on: 'node', protocol: 'UDP' } as const;
  return [
    {
      ...common,
      name: 'turn-udp',
      number: udp,
      decidedBy: ['livekit', 'turn', 'udp'],
      ...belowLimit(udp),
    },
    {
      ...common,
      name: 'turn-relay',
      number: relay.first,
      last: relay.last,
      decidedBy: ['livekit', 'turn', 'relay'],
    },
    ...(tls === undefined
      ? []
      : [
          {
            ...common,
            protocol: 'TCP',
            name: 'turn-tls',
            number: tls.port,
            decidedBy: ['livekit', 'turn', 'tcp'],
            ...belowLimit(tls.port),
          } as const,
        ]),
  ];
}

/** Who connects to it. */
export function turnFlows(turn: Turn, facts: StackFacts, clients: string): readonly Flow[] {
  const call = { from: clients, to: 'livekit' };
  const isRelaying = relays(turn, facts);
  return [
    {
      ...call,
      port: 'turn-udp',
      why: isRelaying
        ? 'STUN and TURN: a client learns its own address, and relays if it has to'
        : 'STUN: a client learns its own address',
    },
    ...(turn.tls !== undefined && listensItself(turn.tls)
      ? [{ ...call, port: 'turn-tls', why: 'TURN over TLS, for networks that let out nothing but HTTPS' }]
      : []),
    ...(isRelaying
      ? [{ from: 'livekit', to: 'livekit', port: 'turn-relay', why: 'relayed call traffic' }]
      : []),
  ];
}

/** The ports of LiveKit's Service that are for TURN: none where no entrance connects to it. */
export function turnServicePorts({ tls }: Turn): ServicePoint['ports'] {
  return tls === undefined || listensItself(tls) ? [] : [{ number: SERVICE_PORT, to: 'turn-tls' }];
}

/** Its host. */
export function turnHosts({ tls }: Turn, facts: StackFacts): readonly HostClaim[] {
  if (tls === undefined) return [];
  const common = {
    door: frontDoor(facts),
    host: tls.host,
    at: ['livekit', 'turn', 'host'],
    component: 'livekit',
  } as const;
  const own = {
    group: TURN_GROUP,
    readers: ['livekit'],
    sourceAt: ['livekit', 'turn', 'certificate'],
    ...(tls.source === undefined ? {} : { source: tls.source }),
  } as const;
  if (listensItself(tls)) return [{ ...common, leadsTo: 'call-nodes', certificate: own }];
  const certificate = tls.endedBy === 'livekit' ? own : { group: TURN_GROUP };
  return [{ ...common, leadsTo: 'entrance', certificate }];
}

/** What an entrance passes on to it. */
export function turnRoutes({ tls }: Turn, facts: StackFacts, namespace: string): readonly TcpRoute[] {
  if (tls === undefined || listensItself(tls)) return [];
  return [
    {
      door: frontDoor(facts),
      host: tls.host,
      to: { service: 'livekit', namespace, port: SERVICE_PORT },
      endsTls: tls.endedBy === 'entrance' ? 'entrance' : 'program',
      carries: 'TURN',
      at: ['livekit', 'turn', 'tls'],
      otherwise: `write livekit.turn: {tls: livekit, tcp: ${WEB}}, so that LiveKit listens on port ${WEB} of the call nodes itself, and let the DNS record of the host lead there directly ("DNS only")`,
      group: TURN_GROUP,
    },
  ];
}
