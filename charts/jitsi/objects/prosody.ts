import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { claim, scratch } from '../../../src/kubernetes/mounts.ts';
import { execProbe } from '../../../src/kubernetes/probes.ts';
import { services } from '../../../src/kubernetes/service.ts';
import { secretEnv, withSecretEnv, workload } from '../../../src/kubernetes/workload.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { extraFileMounts } from '../../around/extra-files.ts';
import type { Scene } from '../../stack/stack.ts';
import { accessSecrets } from '../access.ts';
import { JITSI_SECRETS, type Jitsi } from '../declare.ts';
import { JITSI_USER, jitsiScratch, SUPERVISOR_ENV } from './common.ts';
import { jitsiEnvironmentMap } from './config-map.ts';

/** Asks Prosody over loopback; it answers its health page to nobody else. */
const HEALTH_CHECK = ['/usr/local/bin/healthcheck.sh'];

/** The XMPP server through which the others find each other. One only: two would split the rooms. */
export function prosody(app: App, stack: Scene, jitsi: Jitsi): void {
  const file = new ChartFile(app, 'components/jitsi/prosody.yaml');
  const owner = workloadOf(stack.topology, 'jitsi-prosody');
  workload(file, {
    owner,
    image: stack.images['jitsi-prosody'],
    user: JITSI_USER,
    resources: jitsi.resources.prosody,
    envFrom: jitsiEnvironmentMap(owner.id),
    env: withSecretEnv(
      [
        SUPERVISOR_ENV,
        secretEnv('JICOFO_AUTH_PASSWORD', JITSI_SECRETS.name, JITSI_SECRETS.jicofo),
        secretEnv('JVB_AUTH_PASSWORD', JITSI_SECRETS.name, JITSI_SECRETS.jvb),
      ],
      [...accessSecrets(jitsi.access), ...jitsi.secretEnv.prosody],
    ),
    mounts: [
      ...jitsiScratch('16Mi'),
      // Rooms live in memory. Only accounts are worth a volume; without them a fresh start forgets old passwords.
      jitsi.accountsClaim === undefined
        ? scratch('data', '/var/lib/prosody', '64Mi')
        : claim('data', jitsi.accountsClaim, '/var/lib/prosody'),
      ...extraFileMounts(stack, owner.id),
    ],
    startup: execProbe(HEALTH_CHECK, { every: 5, failures: 36 }),
    liveness: execProbe(HEALTH_CHECK, { every: 30, failures: 4 }),
    readiness: execProbe(HEALTH_CHECK, { every: 10, failures: 3 }),
    single: true,
  });
  services(file, stack.topology, owner.id);
}
