import { reservedWithin } from '../model/checks/reserved-ports.ts';
import { uploadBytes } from '../model/components/synapse.ts';
import { openEntrances } from '../model/entrances/index.ts';
import type { Exposure } from '../model/exposure.ts';
import { isDocumentationAddress } from '../model/fields.ts';
import { objectText } from '../model/manifest.ts';
import type { Stack } from '../model/stack.ts';
import { isDirect, isOnNode, listeners, portOf } from '../model/topology.ts';
import { portText } from './diagram.ts';

/** Bytes that Jitsi's own package of the video bridge asks the kernel for; LiveKit complains below half of it. */
const UDP_BUFFER = 10_485_760;

/** LiveKit can tell clients one given address, or what it finds out by itself; the video bridge can tell two. */
function callsThroughTheRouter({ expose, callNodes, livekit, topology }: Stack): readonly string[] {
  const { address } = callNodes;
  if (livekit === undefined || expose.lan === undefined || address.by !== 'public') return [];
  const ports = topology.flows
    .filter((flow) => flow.to === 'livekit' && isDirect(topology, flow))
    .flatMap(({ to, port }) => listeners(topology, to).map((one) => portText(portOf(one, port))));
  return [
    `LiveKit tells everybody ${address.ip}, people on the local network too. If that is the address of your router, the router has to lead ${ports.join(', ')} back inside (NAT loopback, also called hairpin NAT); where it cannot, calls on the local network ring but stay silent. callNodes.addresses: {discover: stun} instead makes LiveKit tell the node's own address as well.`,
  ];
}

/** Extra names on the local network after which people do not reach all that they may expect. */
function halfNames(stack: Stack): readonly string[] {
  const { expose, livekit, synapse } = stack;
  const names = expose.lan?.names ?? {};
  return [
    ...(names.element === undefined
      ? []
      : [
          `Element opened as ${names.element} still talks to ${synapse.baseUrl}, as everywhere: the local network has to reach that too.`,
        ]),
    ...callsThroughTheRouter(stack),
    ...(names.livekit === undefined || livekit === undefined
      ? []
      : [
          `No client ever uses ${names.livekit} (expose.lan.names.livekit): all are told ${livekit.host}, which the local network has to reach too. You can remove the name.`,
        ]),
  ];
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
export function warnings(stack: Stack, exposure?: Exposure): readonly string[] {
  const { expose, callNodes, jitsi, livekit } = stack;
  const calls = stack.topology.workloads.some(isOnNode);
  const found: string[] = [];
  const { address } = callNodes;
  if (calls && address.by === 'public' && isDocumentationAddress(address.ip)) {
    found.push(
      `callNodes.addresses.public is ${address.ip}, an address reserved for documentation: calls fail until it is the address at which clients reach your call nodes.`,
    );
  }
  const { uploadLimit } = stack.synapse;
  const facts = {
    entryPoint: stack.cluster.traefik.entryPoints.https,
    upload: { text: uploadLimit, bytes: uploadBytes(uploadLimit) },
  };
  found.push(...openEntrances(stack).flatMap(({ entrance, doors }) => entrance.notes(doors, facts)));
  found.push(...halfNames(stack));
  if (calls && callNodes.address.by === 'stun') {
    found.push(
      'At each start the call servers ask public STUN servers (of Google, Twilio and Jitsi) for their address.',
    );
  }
  if (calls) {
    found.push(
      `Call pods use ports of their node, so the namespace admits privileged pods; every pod rendered here is still restricted in all other ways${exceptions(exposure)}.`,
    );
  }
  if (calls) {
    found.push(
      `On the call nodes, raise the kernel's limit for UDP buffers, or packets are lost in large calls: net.core.rmem_max = ${UDP_BUFFER} in a file of /etc/sysctl.d. No pod can set it.`,
    );
  }
  if (calls && Object.keys(callNodes.nodeSelector).length === 0) {
    found.push(
      'callNodes.nodeSelector is empty: call pods may start on any node, so every node needs the open ports.',
    );
  }
  if (livekit !== undefined) {
    found.push(
      `LiveKit's signalling port ${livekit.signalling}/tcp listens on the node's cluster address, unencrypted: keep it closed to the Internet.`,
    );
  }
  const within = livekit === undefined ? [] : reservedWithin(livekit.udp.first, livekit.udp.last);
  if (within.length > 0) {
    found.push(
      `livekit.udp covers ports that the network between pods uses in some clusters: ${within.join(', ')}. If yours is one of them, choose another range.`,
    );
  }
  if (jitsi?.access === 'anyone')
    found.push('Anybody who finds the address can hold meetings on this Jitsi.');
  if (jitsi?.attach === 'hostPort') {
    found.push(
      "Until network policies say otherwise, every pod of the cluster reaches the video bridge's REST port 8080.",
    );
  }
  if (expose.public === undefined && stack.federation !== 'closed') {
    found.push('federation is on, but nothing is public: other homeservers cannot reach this one.');
  }
  return found;
}
