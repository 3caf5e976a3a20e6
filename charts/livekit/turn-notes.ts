import type { Placed } from '../../src/system/component.ts';
import type { Note } from '../../src/system/note.ts';
import { portText, workloadOf } from '../../src/topology/topology.ts';
import { listensItself, relays, type Turn, WEB } from './turn.ts';

/** What people should know of TURN. */
export function turnNotes(turn: Turn, { facts, topology }: Placed): readonly Note[] {
  const { tls } = turn;
  const self = workloadOf(topology, 'livekit');
  const below = self.ports.filter(({ belowLimit }) => belowLimit === true).map(portText);
  return [
    ...(below.length === 0 ? [] : privileged(below)),
    ...(tls === undefined
      ? []
      : [
          {
            where: 'dns',
            text: [
              { code: tls.host },
              ' must lead there directly: a proxy in front of it, such as that of Cloudflare, carries only HTTP, and TURN over TLS fails.',
            ],
          } as const,
          ...(listensItself(tls) ? [] : behindEntrance(turn, facts.cluster.traefik.entryPoints.https)),
          ...(tls.endedBy === 'livekit' ? renewal(facts.callNodes.drainSeconds) : []),
        ]),
    ...(relays(turn, facts) || tls === undefined
      ? []
      : [
          {
            where: 'before-live',
            text: [
              "LiveKit gives clients the call node's own address, to which its TURN does not relay if it is private: TURN over TLS then carries no call. Write the addresses of your call nodes at livekit.turn.relayTo.",
            ],
          } as const,
        ]),
  ];
}

/** What the nodes need, since no pod can have it on their network: neither sysctl nor, unless it is root, capability. */
function privileged(ports: readonly string[]): readonly Note[] {
  const both = ports.join(' and ');
  return [
    {
      where: 'before-live',
      text: [
        `LiveKit listens on ${both} of the call nodes, as a user other than root. Linux allows that only if net.ipv4.ip_unprivileged_port_start is at most ${WEB}: on every call node, write net.ipv4.ip_unprivileged_port_start = ${WEB} to a file of /etc/sysctl.d and run sysctl --system. Without it LiveKit does not start (permission denied); no setting of a pod helps on the network of its node.`,
      ],
    },
    {
      where: 'before-live',
      text: [
        `Nothing else on the call nodes may have ${both}: ${[
          ...(ports.some((port) => port.endsWith('/tcp'))
            ? [
                "no Traefik or other proxy with a host port, and no load balancer of k3s (ServiceLB), which takes a Service's ports on every node",
              ]
            : []),
          ...(ports.some((port) => port.endsWith('/udp')) ? ['no HTTP/3 of a proxy'] : []),
        ].join('; ')}.`,
      ],
    },
  ];
}

function behindEntrance({ tls }: Turn, entryPoint: string): readonly Note[] {
  if (tls === undefined) return [];
  const what =
    tls.endedBy === 'entrance' ? 'unencrypted, since the entrance has terminated TLS' : 'encrypted';
  return [
    {
      where: 'before-live',
      text: [
        `Clients always connect to port ${WEB} of ${tls.host} for TURN over TLS, whatever port LiveKit has, so the entry point ${entryPoint} has to be port ${WEB} outside. Behind it, LiveKit takes TURN on ${tls.port}/tcp of the call nodes (${what}): keep that port closed to everything except the cluster.`,
      ],
    },
  ];
}

function renewal(drainSeconds: number): readonly Note[] {
  return [
    {
      where: 'before-live',
      text: [
        `LiveKit reads its certificate only when it starts. Once a renewed one has arrived in the pod, its liveness probe fails on purpose, and Kubernetes restarts LiveKit: running calls get ${drainSeconds} seconds to end, then people have to join again. With livekit.turn.tls: entrance, a renewal interrupts nothing.`,
      ],
    },
  ];
}
