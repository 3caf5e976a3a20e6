import { data } from '../../src/plain/data.ts';
import type { Port } from '../../src/topology/topology.ts';

/** A port that a program's configuration makes it listen on. */
export interface ConfiguredPort extends Pick<Port, 'number' | 'last' | 'protocol'> {
  /** What it is for, with the option that opens it. */
  readonly why: string;
  /** True for what clients use; the others are for the cluster. */
  readonly isForClients: boolean;
}

/**
 * Every port that livekit.yaml opens.
 *
 * @see https://github.com/livekit/livekit/blob/master/config-sample.yaml
 */
export function livekitPorts(config: unknown): readonly ConfiguredPort[] {
  const { port, rtc, turn, prometheus_port: metrics, prometheus } = data(config);
  const { tcp_port: tcp, udp_port: udp, port_range_start: first, port_range_end: last } = data(rtc);
  const relays = data(turn);
  const why = (text: string, option: string): string => `${text} (${option})`;
  return [
    ...one(port, 'TCP', why('signalling', 'port'), false),
    ...one(tcp, 'TCP', why('call traffic where UDP is blocked', 'rtc.tcp_port'), true),
    ...one(udp, 'UDP', why('call traffic', 'rtc.udp_port'), true),
    ...(udp === undefined ? range(first, last, why('call traffic', 'rtc.port_range_start'), true) : []),
    ...(relays.enabled === true
      ? [
          ...one(relays.udp_port, 'UDP', why('STUN and TURN', 'turn.udp_port'), true),
          ...one(relays.tls_port, 'TCP', why('TURN over TLS', 'turn.tls_port'), true),
          ...range(
            relays.relay_range_start,
            relays.relay_range_end,
            why('relayed call traffic', 'turn.relay_range_start'),
            true,
          ),
        ]
      : []),
    ...one(metrics, 'TCP', why('metrics', 'prometheus_port'), false),
    ...one(data(prometheus).port, 'TCP', why('metrics', 'prometheus.port'), false),
  ];
}

/**
 * Every port that homeserver.yaml opens on the pod's own address.
 *
 * @see https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html#listeners
 */
export function synapsePorts(config: unknown): readonly ConfiguredPort[] {
  const { listeners } = data(config);
  if (!Array.isArray(listeners)) return [];
  return listeners.flatMap((listener: unknown) => {
    const { port, type, bind_addresses: addresses, bind_address: address } = data(listener);
    const bound = Array.isArray(addresses) ? addresses : address === undefined ? [] : [address];
    if (
      bound.length > 0 &&
      bound.every((one) => one === '127.0.0.1' || one === '::1' || one === 'localhost')
    ) {
      return [];
    }
    const what = typeof type === 'string' ? `a listener of type ${type}` : 'a listener';
    return one(port, 'TCP', `${what} (listeners)`, false);
  });
}

/**
 * Programs whose environment says which ports they open, by the role of their workload.
 *
 * @see https://github.com/jitsi/docker-jitsi-meet (the templates of stable-11146-2)
 */
export const PORTS_BY_ROLE: Readonly<Record<string, (env: Environment) => readonly ConfiguredPort[]>> = {
  'jitsi-prosody': (env) => [
    ...one(env.XMPP_PORT ?? 5222, 'TCP', 'XMPP of the other programs (XMPP_PORT)', false),
    ...one(env.PROSODY_HTTP_PORT ?? 5280, 'TCP', 'signalling (PROSODY_HTTP_PORT)', false),
    ...(isYes(env.PROSODY_ENABLE_S2S)
      ? one(env.PROSODY_S2S_PORT ?? 5269, 'TCP', 'XMPP of other servers (PROSODY_ENABLE_S2S)', false)
      : []),
  ],
  'jitsi-jicofo': (env) =>
    isYes(env.JICOFO_ENABLE_REST)
      ? one(8888, 'TCP', 'REST without a password (JICOFO_ENABLE_REST)', false)
      : [],
  'jitsi-jvb': (env) => one(env.JVB_PORT ?? 10000, 'UDP', 'meeting traffic (JVB_PORT)', true),
};

/** Variables of a container, by name. */
export type Environment = Readonly<Record<string, string>>;

/** Configuration files that say which ports a program opens, by their name in a ConfigMap. */
export const PORTS_BY_FILE: Readonly<Record<string, (config: unknown) => readonly ConfiguredPort[]>> = {
  'livekit.yaml': livekitPorts,
  'homeserver.yaml': synapsePorts,
};

/** As the images read it: `1` and `true` are yes. */
function isYes(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|t|true)$/i.test(value);
}

/** `7882`, or the text `7882-7890`. */
function one(
  value: unknown,
  protocol: Port['protocol'],
  why: string,
  isForClients: boolean,
): readonly ConfiguredPort[] {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(value)) ?? [];
  if ((typeof value !== 'number' && typeof value !== 'string') || first === undefined) return [];
  if (Number(first) === 0) return [];
  const end = last === undefined || last === first ? {} : { last: Number(last) };
  return [{ number: Number(first), ...end, protocol, why, isForClients }];
}

function range(first: unknown, last: unknown, why: string, isForClients: boolean) {
  return typeof first === 'number' && typeof last === 'number'
    ? one(`${first}-${last}`, 'UDP', why, isForClients)
    : [];
}
