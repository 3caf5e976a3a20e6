import { reservedWithin } from '../model/checks/reserved-ports.ts';
import { uploadBytes } from '../model/components/synapse.ts';
import { isDocumentationAddress } from '../model/fields.ts';
import type { Stack } from '../model/stack.ts';
import { isOnNode } from '../model/topology.ts';

/** What Cloudflare accepts in one request on its free and professional plans, in MB of 10^6 bytes. */
const CLOUDFLARE_UPLOAD_MB = 100;

/**
 * What the chosen entrances and settings weaken or reveal, in whole sentences: things a reviewer
 * should have heard of before this goes live.
 */
export function warnings(stack: Stack): readonly string[] {
  const { expose, callNodes, jitsi, livekit } = stack;
  const calls = stack.topology.parties.some(isOnNode);
  const found: string[] = [];
  const { address } = callNodes;
  if (calls && address.by === 'public' && isDocumentationAddress(address.ip)) {
    found.push(
      `callNodes.addresses.public is ${address.ip}, an address reserved for documentation: calls fail until it is the address at which clients reach your call nodes.`,
    );
  }
  if (expose.public?.via === 'tunnel') {
    found.push(
      'Cloudflare ends TLS for the public hosts: it can read what is not end-to-end encrypted, passwords at login included.',
      "Synapse takes a visitor's address from the left-most X-Forwarded-For entry, and the tunnel leads straight to it: a visitor can send an entry of their own and so evade limits on logins by address. Limits by account still hold.",
    );
    if (uploadBytes(stack.synapse.uploadLimit) > CLOUDFLARE_UPLOAD_MB * 1_000_000) {
      found.push(
        `Cloudflare refuses requests above ${CLOUDFLARE_UPLOAD_MB} MB on most plans; uploadLimit is ${stack.synapse.uploadLimit}.`,
      );
    }
  }
  if (calls && callNodes.address.by === 'stun') {
    found.push(
      'At each start the call servers ask public STUN servers (of Google, Twilio and Jitsi) for their address.',
    );
  }
  if (calls) {
    found.push(
      'Call pods use ports of their node, so the namespace admits privileged pods; every pod rendered here is still restricted in all other ways.',
    );
  }
  if (calls && Object.keys(callNodes.nodeSelector).length === 0) {
    found.push(
      'callNodes.nodeSelector is empty: call pods may start on any node, so every node needs the open ports.',
    );
  }
  if (livekit !== undefined) {
    found.push(
      "LiveKit's signalling port 7880/tcp listens on the node's cluster address, unencrypted: keep it closed to the Internet.",
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
