import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { claim, configFiles, type Mount, scratch, secretFiles } from '../../../src/kubernetes/mounts.ts';
import { httpProbe } from '../../../src/kubernetes/probes.ts';
import { services } from '../../../src/kubernetes/service.ts';
import { secretEnv, workload } from '../../../src/kubernetes/workload.ts';
import { databaseFor, loginSecret } from '../../../src/system/databases.ts';
import { TURN, type TurnLogin } from '../../../src/system/topics.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { extraFileMounts } from '../../around/extra-files.ts';
import type { Scene } from '../../stack/stack.ts';
import type { Synapse } from '../declare.ts';
import { SYNAPSE_PATHS } from '../paths.ts';
import { SYNAPSE_SECRET_CONFIG, SYNAPSE_SECRETS, SYNAPSE_TURN } from '../secrets.ts';
import { SYNAPSE_CONFIG } from './config-map.ts';

/** The image's own user; volumes of earlier deployments belong to it. */
const USER = 991;

/** Half an hour: Synapse answers nobody until its database is migrated. */
const STARTUP = { every: 10, failures: 180 };

/** Start-up, a slow image pull and the stop of the old pod. */
const PROGRESS_SECONDS = STARTUP.every * STARTUP.failures + 600;

/** The homeserver: one process, one volume. */
export function synapse(app: App, stack: Scene, own: Synapse): void {
  const file = new ChartFile(app, 'components/synapse.yaml');
  const owner = workloadOf(stack.topology, 'synapse');
  const [login] = TURN.of(stack.offers).map((one) => one.login);
  const secretConfig = SYNAPSE_SECRET_CONFIG;
  const { name, registration, macaroon, form, signingKey } = SYNAPSE_SECRETS;
  workload(file, {
    owner,
    image: stack.images.synapse,
    user: USER,
    resources: own.resources,
    args: ['run', `--config-path=${SYNAPSE_PATHS.config}/homeserver.yaml`, ...secretOptions(own, login)],
    env: [
      secretEnv('PGPASSWORD', loginSecret(stack, databaseFor(stack, owner.id).database), 'password'),
      // Lets jemalloc, which the image starts Synapse with, see all memory: the cache limits count on it.
      { name: 'PYTHONMALLOC', value: 'malloc' },
    ],
    mounts: [
      configFiles('config', SYNAPSE_CONFIG, SYNAPSE_PATHS.config, ['homeserver.yaml', 'log.yaml']),
      secretFiles('secrets', name, SYNAPSE_PATHS.secrets, [form, macaroon, registration]),
      secretFiles('signing-key', signingKey.name, SYNAPSE_PATHS.signingKey, [signingKey.key]),
      ...(own.secretConfig === undefined
        ? []
        : [secretFiles('secret-config', secretConfig.name, SYNAPSE_PATHS.secretConfig, [secretConfig.file])]),
      ...turnFiles(login),
      claim('media', own.media.claim, SYNAPSE_PATHS.data),
      // Uploads are kept here until they are complete.
      scratch('tmp', '/tmp', '1Gi'),
      ...extraFileMounts(stack, owner.id),
    ],
    startup: httpProbe('health', '/health', STARTUP),
    liveness: httpProbe('health', '/health', { every: 10, failures: 6, timeout: 12 }),
    readiness: httpProbe('health', '/health', { every: 5, failures: 3, timeout: 12 }),
    single: true,
    // The entrances take it out of rotation first; then it closes long polls and its database connections.
    beforeStop: ['sleep', '5'],
    graceSeconds: 60,
    progressSeconds: PROGRESS_SECONDS,
  });
  services(file, stack.topology, owner.id);
}

/**
 * Synapse takes each option at the top from the last file that has it. Its own refusal of secrets in configuration
 * files means those for which it has an option with a path, in any file; the fragment of the stack file is a Secret,
 * and may hold them.
 */
function secretOptions({ secretConfig }: Synapse, login: TurnLogin | undefined): readonly string[] {
  const { turn, secretConfig: fragment } = SYNAPSE_PATHS;
  return [
    ...(login?.by === 'password' ? [`--config-path=${turn}/${SYNAPSE_TURN.file}`] : []),
    secretConfig === undefined
      ? '--no-secrets-in-config'
      : `--config-path=${fragment}/${SYNAPSE_SECRET_CONFIG.file}`,
  ];
}

/** The secret of which it makes logins for TURN, or the login that is the same for everybody. */
function turnFiles(login: TurnLogin | undefined): readonly Mount[] {
  if (login === undefined) return [];
  const [secret, file] =
    login.by === 'password' ? [SYNAPSE_TURN.name, SYNAPSE_TURN.file] : [login.secret, login.key];
  return [secretFiles('turn', secret, SYNAPSE_PATHS.turn, [file])];
}
