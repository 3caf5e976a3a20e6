import type { Placed } from '../../src/system/component.ts';
import type { Note } from '../../src/system/note.ts';
import { isDirect, portOf, portText, workloadOf } from '../../src/topology/topology.ts';
import { COTURN } from './secrets.ts';
import type { Coturn, TurnSettings } from './settings.ts';

/** What people should know of who relays their calls. */
export function turnNotes({ coturn, external }: TurnSettings, placed: Placed): readonly Note[] {
  return [
    ...(coturn === undefined ? [] : coturnNotes(coturn, placed)),
    ...(external?.login?.by === 'password'
      ? [
          {
            where: 'before-live',
            text: [
              'Every client gets the same login for the TURN server (turn.external.login), and whoever has an account can read it and use it elsewhere.',
            ],
          } as const,
        ]
      : []),
  ];
}

function coturnNotes({ host, nodeAddress }: Coturn, { facts, topology }: Placed): readonly Note[] {
  const { address } = facts.callNodes;
  const own = nodeAddress ?? "the node's own address";
  return [
    {
      where: 'before-live',
      text: [
        `coturn relays to no private address, apart from ${own}, which calls between two relayed people need. So everybody with an account can send UDP to that node, including the ports of the network between pods (8472, 4789 or 6081, if yours is VXLAN or Geneve). Use a network that encrypts, such as WireGuard, or a node that has no other programs, if you let strangers register.`,
      ],
    },
    ...(nodeAddress === undefined
      ? []
      : [
          {
            where: 'before-live',
            text: [
              `turn.coturn.nodeAddress is the address of one node, ${nodeAddress}: coturn does not start on any other node, so that callNodes.nodeSelector must select only that one.`,
            ],
          } as const,
        ]),
    ...(facts.expose.lan === undefined || facts.expose.public === undefined || address.by !== 'public'
      ? []
      : [throughTheRouter(host, address.ip, topology)]),
  ];
}

/** The name leads everybody to the public address, and relayed traffic too. */
function throughTheRouter(host: string, ip: string, topology: Placed['topology']): Note {
  const ports = topology.flows
    .filter((flow) => flow.to === COTURN && isDirect(topology, flow))
    .map(({ port }) => portText(portOf(workloadOf(topology, COTURN), port)));
  return {
    where: 'local-network',
    text: [
      `The name ${host} leads people on the local network to ${ip} as well. If that is the address of your router, the router has to send ${ports.join(', ')} back inside (NAT loopback, also called hairpin NAT).`,
    ],
  };
}
