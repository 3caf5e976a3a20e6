import type { App } from 'cdk8s';
import { ChartFile } from '../../src/kubernetes/chart-file.ts';
import { configMap } from '../../src/kubernetes/config-map.ts';
import { configFiles, scratch, secretFiles } from '../../src/kubernetes/mounts.ts';
import { tcpProbe } from '../../src/kubernetes/probes.ts';
import { fieldEnv, workload } from '../../src/kubernetes/workload.ts';
import { frontDoor } from '../../src/system/doors.ts';
import { workloadOf } from '../../src/topology/topology.ts';
import { certificateSecret } from '../around/certificate-secret.ts';
import type { Scene } from '../stack/stack.ts';
import { COTURN_PATHS, startScript, turnserverArgs, turnserverConf } from './config.ts';
import { TURN_CERTIFICATE } from './declare.ts';
import { COTURN, TURN_SECRETS } from './secrets.ts';
import type { TurnSettings } from './settings.ts';

/** Name of the ConfigMap. */
const COTURN_CONFIG = 'coturn-config';
/** The image's own user, `nobody`. */
const USER = 65534;
/** After the drain: pulling the image, starting. */
const START_SECONDS = 600;

/** turnserver.conf without its secret, and the script that adds it. */
export function coturnConfig(app: App, stack: Scene, { coturn }: TurnSettings): void {
  if (coturn === undefined) return;
  const owner = workloadOf(stack.topology, COTURN);
  configMap(new ChartFile(app, 'config/coturn-config.yaml'), owner, COTURN_CONFIG, {
    'start.sh': startScript(coturn),
    'turnserver.conf': turnserverConf(coturn, owner),
  });
}

/** The TURN server, on its node's own network: its many UDP ports reach it without translation. */
export function coturn(app: App, stack: Scene, { coturn: own }: TurnSettings): void {
  if (own === undefined) return;
  const { callNodes, topology, images } = stack;
  const owner = workloadOf(topology, COTURN);
  const { config, secrets, certificate, run } = COTURN_PATHS;
  const { address } = callNodes;
  workload(new ChartFile(app, 'components/coturn.yaml'), {
    owner,
    image: images.coturn,
    user: USER,
    // turnserver has it as a file capability.
    capability: 'NET_BIND_SERVICE',
    resources: own.resources,
    // The image's own entrypoint asks DNS servers of others for the public address, and runs each argument as a shell.
    command: ['/bin/sh', `${config}/start.sh`],
    args: turnserverArgs(own, address.by === 'public' ? address.ip : undefined),
    env: [fieldEnv('HOST_IP', 'status.hostIP')],
    mounts: [
      configFiles('config', COTURN_CONFIG, config, ['start.sh', 'turnserver.conf']),
      secretFiles('secrets', TURN_SECRETS.name, secrets, [TURN_SECRETS.shared]),
      ...(own.tls === undefined
        ? []
        : [
            secretFiles(
              'certificate',
              certificateSecret(stack, TURN_CERTIFICATE, frontDoor(stack)),
              certificate,
              ['tls.crt', 'tls.key'],
            ),
          ]),
      scratch('run', run, '4Mi', true),
    ],
    liveness: tcpProbe('turn-tcp', { every: 10, failures: 6 }),
    readiness: tcpProbe('turn-tcp', { every: 5, failures: 3 }),
    // It stops when nobody is relayed any more, or when the time is up.
    graceSeconds: callNodes.drainSeconds,
    progressSeconds: callNodes.drainSeconds + START_SECONDS,
    nodes: callNodes,
  });
}
