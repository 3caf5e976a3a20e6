import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configFile } from '../../../src/kubernetes/mounts.ts';
import { httpProbe, tcpProbe } from '../../../src/kubernetes/probes.ts';
import { services } from '../../../src/kubernetes/service.ts';
import { workload } from '../../../src/kubernetes/workload.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { extraFileMounts } from '../../around/extra-files.ts';
import type { Scene } from '../../stack/stack.ts';
import type { Jitsi } from '../declare.ts';
import { JITSI_USER, jitsiScratch, SUPERVISOR_ENV } from './common.ts';
import { JITSI_FILES, jitsiEnvironmentMap } from './config-map.ts';

/** The pages, and the way for signalling to Prosody. */
export function web(app: App, stack: Scene, jitsi: Jitsi): void {
  const file = new ChartFile(app, 'components/jitsi/web.yaml');
  const owner = workloadOf(stack.topology, 'jitsi-web');
  workload(file, {
    owner,
    image: stack.images['jitsi-web'],
    user: JITSI_USER,
    resources: jitsi.resources.web,
    envFrom: jitsiEnvironmentMap(owner.id),
    env: [SUPERVISOR_ENV],
    mounts: [
      ...jitsiScratch('64Mi'),
      configFile('config', JITSI_FILES, '/config/custom-config.js', 'custom-config.js'),
      ...extraFileMounts(stack, owner.id),
    ],
    liveness: tcpProbe('http', { every: 30, failures: 4 }),
    readiness: httpProbe('http', '/', { every: 10, failures: 3 }),
  });
  services(file, stack.topology, owner.id);
}
