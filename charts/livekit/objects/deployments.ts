import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configFiles, type Mount, scratch, secretFiles } from '../../../src/kubernetes/mounts.ts';
import { execProbe, httpProbe, tcpProbe } from '../../../src/kubernetes/probes.ts';
import { services } from '../../../src/kubernetes/service.ts';
import { fieldEnv, withSecretEnv, workload } from '../../../src/kubernetes/workload.ts';
import { frontDoor } from '../../../src/system/doors.ts';
import { portOf, workloadOf } from '../../../src/topology/topology.ts';
import { certificateSecret } from '../../around/certificate-secret.ts';
import { extraFileMounts } from '../../around/extra-files.ts';
import { doorTls } from '../../entrances/index.ts';
import type { Scene } from '../../stack/stack.ts';
import { jwtServiceEnvironment, LIVEKIT_PATHS } from '../config.ts';
import { LIVEKIT_KEYS, type Livekit } from '../declare.ts';
import { TURN_GROUP } from '../turn.ts';
import { LIVEKIT_CONFIG } from './config-map.ts';

/** Neither image names a user; any fits. */
const LIVEKIT_USER = 10030;
const JWT_USER = 10033;

/** What a replacement needs beyond the drain: pulling the image and starting. */
const START_SECONDS = 600;

/** Where the JWT service finds the certificate authority of a local network. */
const CA_PATH = '/ca';

/** Where a copy of the certificate is that LiveKit has loaded. */
const LOADED = '/run/turn';

/**
 * LiveKit reads its certificate only when it starts (NewTurnServer in turn.go). It leaves a copy of what it starts with,
 * and is no longer alive once the Secret holds another one: the kubelet then restarts it, and running calls get their
 * time to end. The image has a shell and the tools of BusyBox.
 */
function ownCertificate(stack: Scene, { turn: { tls } }: Livekit) {
  if (tls?.endedBy !== 'livekit') return undefined;
  const { certificate: folder } = LIVEKIT_PATHS;
  const [given, loaded] = [`${folder}/tls.crt`, `${LOADED}/tls.crt`];
  const port = portOf(workloadOf(stack.topology, 'livekit'), 'http').number;
  const mounts: readonly Mount[] = [
    secretFiles('turn', certificateSecret(stack, TURN_GROUP, frontDoor(stack)), folder, [
      'tls.crt',
      'tls.key',
    ]),
    scratch('turn-loaded', LOADED, '1Mi'),
  ];
  return {
    command: ['/bin/sh', '-c', `cat ${given} > ${loaded} && exec /livekit-server "$@"`, 'livekit-server'],
    isAlive: [
      '/bin/sh',
      '-c',
      `[ "$(cat ${given})" = "$(cat ${loaded})" ] && wget -q -T 3 -O /dev/null "http://$HOST_IP:${port}/"`,
    ],
    mounts,
  };
}

/** The SFU, on its node's own network: its UDP ports reach it without translation. */
export function livekit(app: App, stack: Scene, own: Livekit): void {
  const { resources, secretEnv } = own;
  const file = new ChartFile(app, 'components/livekit.yaml');
  const owner = workloadOf(stack.topology, 'livekit');
  const { callNodes } = stack;
  const byNode = callNodes.address.by === 'node';
  const certificate = ownCertificate(stack, own);
  const alive = { every: 10, failures: 6 };
  workload(file, {
    owner,
    image: stack.images.livekit,
    user: LIVEKIT_USER,
    resources,
    ...(certificate === undefined ? {} : { command: certificate.command }),
    // The signalling port listens on the address the cluster uses only, not on a public one beside it.
    args: [
      `--config=${LIVEKIT_PATHS.config}/livekit.yaml`,
      '--bind=$(HOST_IP)',
      ...(byNode ? ['--node-ip=$(HOST_IP)'] : []),
    ],
    env: withSecretEnv([fieldEnv('HOST_IP', 'status.hostIP')], secretEnv),
    mounts: [
      configFiles('config', LIVEKIT_CONFIG, LIVEKIT_PATHS.config, ['livekit.yaml']),
      secretFiles('keys', LIVEKIT_KEYS.secret, LIVEKIT_PATHS.keys, [LIVEKIT_KEYS.key]),
      ...(certificate?.mounts ?? []),
      ...extraFileMounts(stack, owner.id),
    ],
    liveness: certificate === undefined ? tcpProbe('http', alive) : execProbe(certificate.isAlive, alive),
    readiness: httpProbe('http', '/', { every: 5, failures: 3 }),
    // It stops when the last participant has left, or when the time is up.
    graceSeconds: callNodes.drainSeconds,
    progressSeconds: callNodes.drainSeconds + START_SECONDS,
    nodes: callNodes,
  });
  services(file, stack.topology, owner.id);
}

/** Gives Matrix users tokens for the SFU, and makes rooms for those of this homeserver. */
export function lkJwtService(app: App, stack: Scene, own: Livekit): void {
  const file = new ChartFile(app, 'components/lk-jwt-service.yaml');
  const owner = workloadOf(stack.topology, 'lk-jwt-service');
  // On a local network the certificates are usually of an own authority, which the image does not know.
  const localCa = stack.expose.public === undefined && doorTls(stack, 'lan') !== undefined;
  workload(file, {
    owner,
    image: stack.images['lk-jwt-service'],
    user: JWT_USER,
    resources: own.jwtResources,
    env: [
      ...Object.entries(jwtServiceEnvironment(stack, own)).map(([name, value]) => ({
        name,
        value,
      })),
      ...(localCa ? [{ name: 'SSL_CERT_DIR', value: CA_PATH }] : []),
    ],
    mounts: [
      secretFiles('keys', LIVEKIT_KEYS.secret, LIVEKIT_PATHS.keys, [LIVEKIT_KEYS.key]),
      ...(localCa
        ? [secretFiles('ca', certificateSecret(stack, 'livekit', 'lan'), CA_PATH, ['ca.crt'], true)]
        : []),
    ],
    liveness: httpProbe('http', '/healthz', { every: 30, failures: 3 }),
    readiness: httpProbe('http', '/healthz', { every: 10, failures: 3 }),
    // It remembers who has to be signed off from which call; a second one would not know.
    single: true,
  });
  services(file, stack.topology, owner.id);
}
