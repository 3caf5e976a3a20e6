import { doorSettings, openEntrances } from '../../charts/entrances/index.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import type { Phrase } from '../plain/phrase.ts';
import { isDocumentationAddress } from '../stack/fields.ts';
import { objectText } from '../stack/manifest.ts';
import type { Exposure } from '../system/exposure.ts';
import { callNamespaces, DOORS, isOnNode, portText, type Topology } from '../topology/topology.ts';
import { certificateNotes } from './certificate-notes.ts';
import { insidePorts, PURPOSES } from './inside-ports.ts';
import { notesAt } from './notes.ts';
import { beyondLimits } from './route-limits.ts';

/** Bytes that Jitsi's own package of the video bridge asks the kernel for; LiveKit complains below half of it. */
const UDP_BUFFER = 10_485_760;

/** The namespaces that call pods are in; by name where the stack has others too. */
function admitting(topology: Topology): string {
  const names = callNamespaces(topology);
  if (topology.namespaces.length === 1) return 'namespace admits';
  return names.length === 1 ? `namespace ${names.join()} admits` : `namespaces ${names.join(' and ')} admit`;
}

/** Pods that overrides have given more. */
function exceptions(exposure: Exposure | undefined): string {
  const all = (exposure?.unrestricted ?? []).map(
    ({ object, fields }) => `${objectText(object)} (${fields.join(', ')})`,
  );
  return all.length === 0 ? '' : `, except for ${all.join(' and ')}, by overrides`;
}

/**
 * What the chosen entrances and settings weaken or reveal, in whole sentences: things a reviewer
 * should have heard of before this goes live.
 */
export function warnings(stack: Stack, exposure?: Exposure): readonly Phrase[] {
  const { expose, callNodes } = stack;
  const calls = stack.topology.workloads.some(isOnNode);
  const found: string[] = [];
  const { address } = callNodes;
  if (calls && address.by === 'public' && isDocumentationAddress(address.ip)) {
    found.push(
      `callNodes.addresses.public is ${address.ip}, an address reserved for documentation: calls fail until you write the address at which clients reach your call nodes.`,
    );
  }
  for (const { entrance, doors } of openEntrances(stack)) {
    const routes = stack.topology.routes.filter(({ door }) => doors[door] !== undefined);
    const { https, http } = stack.cluster.traefik.entryPoints;
    const facts = {
      entryPoint: https,
      plainEntryPoint: http,
      settings: doorSettings(stack),
      isThrough: expose.public?.through !== undefined,
      routes,
    };
    const beyond = DOORS.flatMap((at) => {
      const here = routes.filter(({ door }) => door === at);
      const own = doors[at];
      return own === undefined
        ? []
        : beyondLimits(stack.topology, here, { ...entrance.can, ...entrance.limits?.(own) });
    });
    found.push(...entrance.notes(doors, facts), ...new Set(beyond));
  }
  found.push(...certificateNotes(stack));
  const onNodes: string[] = [];
  if (calls && callNodes.address.by === 'stun') {
    onNodes.push(
      'At each start the call servers ask public STUN servers (of Google, Twilio and Jitsi) for their address.',
    );
  }
  if (calls) {
    onNodes.push(
      `Call pods use ports of their node, so the ${admitting(stack.topology)} privileged pods; every pod rendered here is still restricted in all other ways${exceptions(exposure)}.`,
      `On the call nodes, raise the kernel's limit for UDP buffers, or packets are lost in large calls: net.core.rmem_max = ${UDP_BUFFER} in a file of /etc/sysctl.d. No pod can set it.`,
    );
  }
  if (calls && Object.keys(callNodes.nodeSelector).length === 0) {
    onNodes.push(
      'callNodes.nodeSelector is empty: call pods may start on any node, so every node needs the open ports.',
    );
  }
  for (const { workload, port, purpose } of insidePorts(stack.topology)) {
    onNodes.push(
      `${workload.title} answers ${PURPOSES[purpose]} on ${portText(port)} of its node, unencrypted and to anyone who can reach the node: keep it closed to everything except the cluster.`,
    );
  }
  const isCutOff = expose.public === undefined && stack.federation !== 'closed';
  return [
    ...found.map((text) => [text]),
    ...notesAt(stack, 'local-network'),
    ...onNodes.map((text) => [text]),
    ...notesAt(stack, 'before-live'),
    ...(isCutOff
      ? [['federation is on, but nothing is public: other homeservers cannot reach this one.']]
      : []),
  ];
}
