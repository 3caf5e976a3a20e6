import { portOf, type Workload } from '../../src/topology/topology.ts';
import { DENIED_PEERS } from './denied.ts';
import { TURN_SECRETS } from './secrets.ts';
import type { Coturn } from './settings.ts';

/** Where the pod finds its files; the chart mounts exactly these. */
export const COTURN_PATHS = {
  config: '/config',
  secrets: '/secrets/turn',
  certificate: '/secrets/certificate',
  /** In memory: holds the configuration with the shared secret. */
  run: '/run/coturn',
} as const;

/** How long a renewed certificate waits at most, after the kubelet has put it into the pod. */
const LOOKS_EVERY = 60;

/**
 * turnserver.conf without its secret and without what only the pod knows: a line for each option, as turnserver
 * reads them. An option that it does not know is only a warning in its log.
 *
 * @see https://github.com/coturn/coturn/blob/4.17.0/README.turnserver
 */
export function turnserverConf({ host, tls, relay, quotas }: Coturn, self: Workload): string {
  const { certificate, run } = COTURN_PATHS;
  const hasMetrics = self.ports.some(({ name }) => name === 'metrics');
  return lines([
    // Logins that expire, which the homeserver makes.
    'use-auth-secret',
    `realm=${host}`,
    `listening-port=${portOf(self, 'turn-udp').number}`,
    ...(tls === undefined
      ? ['no-tls']
      : [`tls-listening-port=${tls.port}`, `cert=${certificate}/tls.crt`, `pkey=${certificate}/tls.key`]),
    `min-port=${relay.first}`,
    `max-port=${relay.last}`,
    `user-quota=${quotas.user}`,
    `total-quota=${quotas.total}`,
    ...(hasMetrics ? ['prometheus', `prometheus-port=${portOf(self, 'metrics').number}`] : []),
    'fingerprint',
    'log-file=stdout',
    `pidfile=${run}/turnserver.pid`,
    `userdb=${run}/turndb`,
    'no-tcp-relay',
    'no-multicast-peers',
    ...DENIED_PEERS.map((range) => `denied-peer-ip=${range}`),
  ]);
}

/**
 * Options that name the node's own addresses. It listens and relays there only: it would use the bridges between pods
 * too. The address in the cluster is where probes and Prometheus come.
 *
 * @param publicIp the address that clients get; undefined where they get the node's own
 */
export function turnserverArgs(
  { nodeAddress, metrics }: Coturn,
  publicIp: string | undefined,
): readonly string[] {
  const node = '$(HOST_IP)';
  const relay = nodeAddress ?? node;
  return [
    `--listening-ip=${node}`,
    ...(nodeAddress === undefined ? [] : [`--listening-ip=${nodeAddress}`]),
    `--relay-ip=${relay}`,
    // Two relayed people talk from this address to this address.
    publicIp === undefined ? `--allowed-peer-ip=${relay}` : `--external-ip=${publicIp}/${relay}`,
    ...(metrics === undefined ? [] : [`--prometheus-address=${node}`]),
  ];
}

/**
 * Starts turnserver. It takes its shared secret from its configuration or its arguments only, and reads a renewed
 * certificate when it gets SIGUSR2.
 */
export function startScript({ tls }: Coturn): string {
  const { config, secrets, certificate, run } = COTURN_PATHS;
  return lines([
    'set -eu',
    'umask 077',
    '# The shared secret is written to a file in memory, so that it does not show in the list of processes.',
    '{',
    `  cat ${config}/turnserver.conf`,
    "  printf '%s=' static-auth-secret",
    `  cat ${secrets}/${TURN_SECRETS.shared}`,
    '  echo',
    `} >${run}/turnserver.conf`,
    ...(tls === undefined
      ? []
      : [
          `certificate() { cat ${certificate}/tls.crt ${certificate}/tls.key | cksum; }`,
          'known=$(certificate)',
        ]),
    `turnserver -c ${run}/turnserver.conf "$@" &`,
    'server=$!',
    '# It takes no new relays, and ends with the last one it has. Kubernetes limits how long that may take.',
    `trap 'kill -USR1 "$server"' TERM`,
    ...(tls === undefined
      ? []
      : [
          '# A renewed certificate appears here without a restart of the pod.',
          '(',
          '  trap - TERM',
          `  while sleep ${LOOKS_EVERY}; do`,
          '    now=$(certificate) || continue',
          '    if [ "$now" != "$known" ]; then',
          '      known=$now',
          '      kill -USR2 "$server"',
          '    fi',
          '  done',
          ') &',
        ]),
    '# A signal ends the wait, but not the server.',
    'status=0',
    'while kill -0 "$server" 2>/dev/null; do',
    '  status=0',
    '  wait "$server" || status=$?',
    'done',
    'exit "$status"',
  ]);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
