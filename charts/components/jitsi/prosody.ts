import type { App } from 'cdk8s';
import { ChartFile } from '../../../constructs/chart-file.ts';
import { claim, scratch } from '../../../constructs/mounts.ts';
import { execProbe } from '../../../constructs/probes.ts';
import { services } from '../../../constructs/service.ts';
import { secretEnv, withSecretEnv, workload } from '../../../constructs/workload.ts';
import { JITSI_SECRETS, type Jitsi } from '../../../model/components/jitsi.ts';
import type { Scene } from '../../../model/stack.ts';
import { workloadOf } from '../../../model/topology.ts';
import { extraFileMounts } from '../../config/extra-files.ts';
import { jitsiEnvironmentMap } from '../../config/jitsi-config.ts';
import { JITSI_USER, jitsiScratch, SUPERVISOR_ENV } from './common.ts';

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
    envFrom: jitsiEnvironmentMap('prosody'),
    env: withSecretEnv(
      [
        SUPERVISOR_ENV,
        secretEnv('JICOFO_AUTH_PASSWORD', JITSI_SECRETS.name, JITSI_SECRETS.jicofo),
        secretEnv('JVB_AUTH_PASSWORD', JITSI_SECRETS.name, JITSI_SECRETS.jvb),
      ],
      jitsi.secretEnv.prosody,
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
