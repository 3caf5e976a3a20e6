import type { App } from 'cdk8s';
import { ChartFile } from '../../../constructs/chart-file.ts';
import { configFile } from '../../../constructs/mounts.ts';
import { httpProbe, tcpProbe } from '../../../constructs/probes.ts';
import { services } from '../../../constructs/service.ts';
import { workload } from '../../../constructs/workload.ts';
import type { Jitsi } from '../../../model/components/jitsi.ts';
import type { Scene } from '../../../model/stack.ts';
import { workloadOf } from '../../../model/topology.ts';
import { extraFileMounts } from '../../config/extra-files.ts';
import { JITSI_FILES, jitsiEnvironmentMap } from '../../config/jitsi-config.ts';
import { JITSI_USER, jitsiScratch, SUPERVISOR_ENV } from './common.ts';

/** The pages, and the way for signalling to Prosody. */
export function web(app: App, stack: Scene, jitsi: Jitsi): void {
  const file = new ChartFile(app, 'components/jitsi/web.yaml');
  const owner = workloadOf(stack.topology, 'jitsi-web');
  workload(file, {
    owner,
    image: stack.images['jitsi-web'],
    user: JITSI_USER,
    resources: jitsi.resources.web,
    envFrom: jitsiEnvironmentMap('web'),
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
