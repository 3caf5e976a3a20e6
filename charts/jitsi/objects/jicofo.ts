import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { execProbe } from '../../../src/kubernetes/probes.ts';
import { secretEnv, withSecretEnv, workload } from '../../../src/kubernetes/workload.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { extraFileMounts } from '../../around/extra-files.ts';
import type { Scene } from '../../stack/stack.ts';
import { JITSI_SECRETS, type Jitsi } from '../declare.ts';
import { JITSI_USER, jitsiScratch, SUPERVISOR_ENV } from './common.ts';
import { jitsiEnvironmentMap } from './config-map.ts';

/**
 * The version page: the health page fails without a bridge, and restarting the focus brings none. Asked inside the
 * pod, since whoever reaches this port can list meetings by name and move their participants, without a password.
 */
const ALIVE = ['curl', '--fail', '--silent', '--output', '/dev/null', 'http://127.0.0.1:8888/about/version'];

/** The conference focus: decides who talks through which bridge. One only: two would throw each other out. */
export function jicofo(app: App, stack: Scene, jitsi: Jitsi): void {
  const file = new ChartFile(app, 'components/jitsi/jicofo.yaml');
  const owner = workloadOf(stack.topology, 'jitsi-jicofo');
  workload(file, {
    owner,
    image: stack.images['jitsi-jicofo'],
    user: JITSI_USER,
    resources: jitsi.resources.jicofo,
    envFrom: jitsiEnvironmentMap(owner.id),
    env: withSecretEnv(
      [SUPERVISOR_ENV, secretEnv('JICOFO_AUTH_PASSWORD', JITSI_SECRETS.name, JITSI_SECRETS.jicofo)],
      jitsi.secretEnv.jicofo,
    ),
    mounts: [...jitsiScratch(jitsi.resources.jicofo.limits.memory), ...extraFileMounts(stack, owner.id)],
    startup: execProbe(ALIVE, { every: 5, failures: 36 }),
    liveness: execProbe(ALIVE, { every: 30, failures: 4 }),
    readiness: execProbe(ALIVE, { every: 10, failures: 3 }),
    single: true,
  });
}
