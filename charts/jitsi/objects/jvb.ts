import type { App } from 'cdk8s';
import type * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configFile } from '../../../src/kubernetes/mounts.ts';
import { execProbe } from '../../../src/kubernetes/probes.ts';
import { services } from '../../../src/kubernetes/service.ts';
import { fieldEnv, secretEnv, withSecretEnv, workload } from '../../../src/kubernetes/workload.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { extraFileMounts } from '../../around/extra-files.ts';
import type { Scene } from '../../stack/stack.ts';
import { type Bridge, FIRST_BRIDGE } from '../bridges.ts';
import { JITSI_SECRETS, type Jitsi } from '../declare.ts';
import { JITSI_USER, jitsiScratch, SUPERVISOR_ENV } from './common.ts';
import { JITSI_FILES, jitsiEnvironmentMap } from './config-map.ts';

/** Asks the bridge over loopback: on the node's network its REST port answers nobody else. */
const HEALTH_CHECK = ['/usr/local/bin/healthcheck.sh'];
/** Waits until the last participant has left; the grace period ends the wait. */
const GRACEFUL_SHUTDOWN = ['/usr/share/jitsi-videobridge/graceful_shutdown.sh', '-s'];
/** After the drain: stopping, pulling the image, starting. */
const START_SECONDS = 600;

/** Addresses that participants get. With STUN, the bridge finds them out by itself. */
function advertise(stack: Scene, { onNodes }: Bridge): readonly k8s.EnvVar[] {
  const own = onNodes?.address;
  const address = own === undefined ? stack.callNodes.address : ({ by: 'public', ip: own } as const);
  const host = fieldEnv('HOST_IP', 'status.hostIP');
  if (address.by !== 'public') {
    return address.by === 'stun' ? [] : [host, { name: 'JVB_ADVERTISE_IPS', value: '$(HOST_IP)' }];
  }
  // People on the local network reach the node itself where the router does not turn them around.
  if (stack.expose.lan !== undefined) {
    return [host, { name: 'JVB_ADVERTISE_IPS', value: `${address.ip},$(HOST_IP)` }];
  }
  return [{ name: 'JVB_ADVERTISE_IPS', value: address.ip }];
}

/** The video bridges, each in a file of its own. */
export function jvb(app: App, stack: Scene, jitsi: Jitsi): void {
  for (const one of jitsi.bridges) bridge(app, stack, jitsi, one);
}

/** A video bridge. Its one UDP port is the node's, by hostPort or on the node's own network. */
function bridge(app: App, stack: Scene, jitsi: Jitsi, one: Bridge): void {
  const { callNodes } = stack;
  const owner = workloadOf(stack.topology, one.id);
  const file = new ChartFile(app, `components/jitsi/${owner.id.replace('jitsi-', '')}.yaml`);
  workload(file, {
    owner,
    image: stack.images['jitsi-jvb'],
    user: JITSI_USER,
    resources: jitsi.resources.jvb,
    envFrom: jitsiEnvironmentMap(owner.id),
    env: withSecretEnv(
      [
        SUPERVISOR_ENV,
        ...advertise(stack, one),
        secretEnv('JVB_AUTH_PASSWORD', JITSI_SECRETS.name, JITSI_SECRETS.jvb),
        // The default is the host name, which on the node's network is the node's: two bridges would clash.
        fieldEnv('JVB_MUC_NICKNAME', 'metadata.name'),
      ],
      jitsi.secretEnv.jvb,
    ),
    mounts: [
      ...jitsiScratch(jitsi.resources.jvb.limits.memory),
      configFile('config', JITSI_FILES, '/config/custom-jvb.conf', 'custom-jvb.conf'),
      // All bridges are given the same files.
      ...extraFileMounts(stack, FIRST_BRIDGE),
    ],
    startup: execProbe(HEALTH_CHECK, { every: 5, failures: 36 }),
    liveness: execProbe(HEALTH_CHECK, { every: 30, failures: 4 }),
    readiness: execProbe(HEALTH_CHECK, { every: 10, failures: 3 }),
    beforeStop: GRACEFUL_SHUTDOWN,
    graceSeconds: callNodes.drainSeconds,
    progressSeconds: callNodes.drainSeconds + START_SECONDS,
    nodes: callNodes,
  });
  services(file, stack.topology, owner.id);
}
