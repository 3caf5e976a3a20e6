import { mergePatch } from '../../src/plain/merge-patch.ts';
import { HOMESERVER } from '../../src/system/topics.ts';
import { portOf, reach, workloadOf } from '../../src/topology/topology.ts';
import { CLUSTER_INTERFACES } from '../shared/cluster-interfaces.ts';
import type { Scene } from '../stack/stack.ts';
import { LIVEKIT_KEYS, type Livekit } from './declare.ts';
import type { Turn } from './turn.ts';

/** Where the pod finds its files; the chart mounts exactly these. */
export const LIVEKIT_PATHS = {
  config: '/config',
  keys: '/secrets/livekit',
  certificate: '/secrets/turn',
} as const;

/** The address that clients get. With `node` it comes from the pod's environment, since a file cannot know it. */
function address(stack: Scene): object {
  const { address: told } = stack.callNodes;
  return {
    use_external_ip: told.by === 'stun',
    ...(told.by === 'public' ? { node_ip: told.ip } : {}),
    // People on the local network are told the node's own address too: many routers do not lead the other one back
    // in. LiveKit would take such a router for a wrong address. With `public` it can tell one address only.
    ...(told.by === 'stun' && stack.expose.lan !== undefined
      ? { advertise_internal_ip: true, skip_external_ip_validation: true }
      : {}),
  };
}

/** Ports for call traffic: shared by all participants, or one for each. LiveKit takes either, not both. */
function callPorts({ udp: { first, last }, sharesUdp }: Livekit): object {
  if (!sharesUdp) return { port_range_start: first, port_range_end: last };
  return { udp_port: first === last ? first : `${first}-${last}` };
}

/**
 * livekit.yaml as data. LiveKit refuses keys it does not know.
 *
 * @see https://github.com/livekit/livekit/blob/master/config-sample.yaml
 */
export function livekitConfig(stack: Scene, livekit: Livekit): unknown {
  return mergePatch(ownLivekitConfig(stack, livekit), livekit.extraConfig);
}

/** LiveKit gives clients `turns:DOMAIN:443`, whatever `tls_port` is (iceServersForParticipant in roommanager.go). */
function turnOverTls({ tls }: Turn): object {
  if (tls === undefined) return {};
  const common = { domain: tls.host, tls_port: tls.port };
  if (tls.endedBy === 'entrance') return { ...common, external_tls: true };
  const { certificate } = LIVEKIT_PATHS;
  return { ...common, cert_file: `${certificate}/tls.crt`, key_file: `${certificate}/tls.key` };
}

/** What the stack itself says, before additions. */
function ownLivekitConfig(stack: Scene, livekit: Livekit): object {
  const self = workloadOf(stack.topology, 'livekit');
  const relay = portOf(self, 'turn-relay');
  return {
    port: portOf(self, 'http').number,
    key_file: `${LIVEKIT_PATHS.keys}/${LIVEKIT_KEYS.key}`,
    rtc: {
      tcp_port: portOf(self, 'ice-tcp').number,
      ...callPorts(livekit),
      ...address(stack),
      interfaces: { excludes: CLUSTER_INTERFACES },
      ...(livekit.addresses.length === 0
        ? {}
        : { ips: { includes: livekit.addresses.map((address) => `${address}/32`) } }),
    },
    turn: {
      // Also answers STUN: without it LiveKit sends clients to servers of Google and Twilio.
      enabled: true,
      udp_port: portOf(self, 'turn-udp').number,
      ...turnOverTls(livekit.turn),
      relay_range_start: relay.number,
      relay_range_end: relay.last ?? relay.number,
      // Of private addresses these alone: whoever is in a call can reach what TURN relays to.
      ...(livekit.turn.relayTo.length === 0
        ? {}
        : { allow_restricted_peer_cidrs: livekit.turn.relayTo.map((address) => `${address}/32`) }),
    },
    // Only the JWT service makes rooms, and only for the homeserver's own users.
    room: { auto_create: false },
    webhook: {
      api_key: LIVEKIT_KEYS.apiKey,
      urls: [
        `${reach(stack.topology, { from: 'livekit', to: 'lk-jwt-service', port: 'http' }).url}/sfu_webhook`,
      ],
    },
  };
}

/**
 * Environment of lk-jwt-service.
 *
 * @see https://github.com/element-hq/lk-jwt-service#configuration
 */
export function jwtServiceEnvironment(stack: Scene, livekit: Livekit): Readonly<Record<string, string>> {
  const homeservers = HOMESERVER.of(stack.offers).map(({ workload }) =>
    reach(stack.topology, { from: 'lk-jwt-service', to: workload, port: 'http' }),
  );
  return {
    // Both what browsers are told and what the service itself calls: it has to be the public name.
    LIVEKIT_URL: `wss://${livekit.host}`,
    LIVEKIT_KEY_FILE: `${LIVEKIT_PATHS.keys}/${LIVEKIT_KEYS.key}`,
    LIVEKIT_FULL_ACCESS_HOMESERVERS: livekit.fullAccess.join(','),
    // A webhook that goes missing would leave somebody in a call for ever: it looks for itself once a minute.
    LIVEKIT_SANITY_CHECK_INTERVAL_SECONDS: '60',
    LIVEKIT_CS_API_URL_OVERRIDES: homeservers.map(({ url }) => `${stack.serverName}=${url}`).join(','),
  };
}
