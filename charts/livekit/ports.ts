import { data } from '../../src/plain/data.ts';
import { type ConfiguredPort, openedPort, openedRange } from '../../src/system/opened-ports.ts';

/**
 * Every port that livekit.yaml opens.
 *
 * @see https://github.com/livekit/livekit/blob/master/config-sample.yaml
 */
export function configuredLivekitPorts(config: unknown): readonly ConfiguredPort[] {
  const { port, rtc, turn, prometheus_port: metrics, prometheus } = data(config);
  const { tcp_port: tcp, udp_port: udp, port_range_start: first, port_range_end: last } = data(rtc);
  const relays = data(turn);
  const why = (text: string, option: string): string => `${text} (${option})`;
  return [
    ...openedPort(port, 'TCP', why('signalling', 'port'), false),
    ...openedPort(tcp, 'TCP', why('call traffic where UDP is blocked', 'rtc.tcp_port'), true),
    ...openedPort(udp, 'UDP', why('call traffic', 'rtc.udp_port'), true),
    ...(udp === undefined ? openedRange(first, last, why('call traffic', 'rtc.port_range_start'), true) : []),
    ...(relays.enabled === true
      ? [
          ...openedPort(relays.udp_port, 'UDP', why('STUN and TURN', 'turn.udp_port'), true),
          ...openedPort(relays.tls_port, 'TCP', why('TURN over TLS', 'turn.tls_port'), true),
          ...openedRange(
            relays.relay_range_start,
            relays.relay_range_end,
            why('relayed call traffic', 'turn.relay_range_start'),
            true,
          ),
        ]
      : []),
    ...openedPort(metrics, 'TCP', why('metrics', 'prometheus_port'), false),
    ...openedPort(data(prometheus).port, 'TCP', why('metrics', 'prometheus.port'), false),
  ];
}
