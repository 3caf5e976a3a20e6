import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configFiles, secretFiles } from '../../../src/kubernetes/mounts.ts';
import { httpProbe, tcpProbe } from '../../../src/kubernetes/probes.ts';
import { services } from '../../../src/kubernetes/service.ts';
import { fieldEnv, withSecretEnv, workload } from '../../../src/kubernetes/workload.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { certificateSecret } from '../../around/certificate-secret.ts';
import { extraFileMounts } from '../../around/extra-files.ts';
import { doorTls } from '../../entrances/index.ts';
import type { Scene } from '../../stack/stack.ts';
import { jwtServiceEnvironment, LIVEKIT_PATHS } from '../config.ts';
import { LIVEKIT_KEYS, type Livekit } from '../declare.ts';
import { LIVEKIT_CONFIG } from './config-map.ts';

/** Neither image names a user; any fits. */
const LIVEKIT_USER = 10030;
const JWT_USER = 10033;

/** What a replacement needs beyond the drain: pulling the image and starting. */
const START_SECONDS = 600;

/** Where the JWT service finds the certificate authority of a local network. */
const CA_PATH = '/ca';

/** The SFU, on its node's own network: its UDP ports reach it without translation. */
export function livekit(app: App, stack: Scene, { resources, secretEnv }: Livekit): void {
  const file = new ChartFile(app, 'components/livekit.yaml');
  const owner = workloadOf(stack.topology, 'livekit');
  const { callNodes } = stack;
  const byNode = callNodes.address.by === 'node';
  workload(file, {
    owner,
    image: stack.images.livekit,
    user: LIVEKIT_USER,
    resources,
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
      ...extraFileMounts(stack, owner.id),
    ],
    liveness: tcpProbe('http', { every: 10, failures: 6 }),
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
