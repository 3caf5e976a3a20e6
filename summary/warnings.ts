import { openEntrances } from '../model/entrances/index.ts';
import type { Exposure } from '../model/exposure.ts';
import { isDocumentationAddress } from '../model/fields.ts';
import { objectText } from '../model/manifest.ts';
import type { Phrase } from '../model/phrase.ts';
import type { Stack } from '../model/stack.ts';
import { UPLOADS } from '../model/topics.ts';
import { isOnNode } from '../model/topology.ts';
import { notesAt } from './notes.ts';

/** Bytes that Jitsi's own package of the video bridge asks the kernel for; LiveKit complains below half of it. */
const UDP_BUFFER = 10_485_760;

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
      `callNodes.addresses.public is ${address.ip}, an address reserved for documentation: calls fail until it is the address at which clients reach your call nodes.`,
    );
  }
  const facts = {
    entryPoint: stack.cluster.traefik.entryPoints.https,
    uploads: UPLOADS.of(stack.offers),
  };
  found.push(...openEntrances(stack).flatMap(({ entrance, doors }) => entrance.notes(doors, facts)));
  const onNodes: string[] = [];
  if (calls && callNodes.address.by === 'stun') {
    onNodes.push(
      'At each start the call servers ask public STUN servers (of Google, Twilio and Jitsi) for their address.',
    );
  }
  if (calls) {
    onNodes.push(
      `Call pods use ports of their node, so the namespace admits privileged pods; every pod rendered here is still restricted in all other ways${exceptions(exposure)}.`,
      `On the call nodes, raise the kernel's limit for UDP buffers, or packets are lost in large calls: net.core.rmem_max = ${UDP_BUFFER} in a file of /etc/sysctl.d. No pod can set it.`,
    );
  }
  if (calls && Object.keys(callNodes.nodeSelector).length === 0) {
    onNodes.push(
      'callNodes.nodeSelector is empty: call pods may start on any node, so every node needs the open ports.',
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
