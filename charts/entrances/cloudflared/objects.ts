import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { configFiles, secretFiles } from '../../../src/kubernetes/mounts.ts';
import { httpProbe } from '../../../src/kubernetes/probes.ts';
import { workload } from '../../../src/kubernetes/workload.ts';
import type { OpenDoors } from '../../../src/system/open-door.ts';
import type { Resources } from '../../../src/system/resources.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { yaml } from '../../shared/yaml.ts';
import type { Stack } from '../../stack/stack.ts';
import { CLOUDFLARED_PATHS, cloudflaredConfig, GRACE_SECONDS } from './config.ts';
import { CLOUDFLARED, type Cloudflared } from './declare.ts';

/** `nonroot` of its image. */
const USER = 65_532;

/** Each pod keeps four connections to Cloudflare, so that one may stop: while it is replaced, too. */
const REPLICAS = 2;

/** Buffers of its connections are most of the memory. */
const RESOURCES: Resources = {
  requests: { cpu: '20m', memory: '64Mi' },
  limits: { memory: '256Mi' },
};

const CONFIG = 'cloudflared-config';
const FILE = 'config.yaml';

/** cloudflared and its rules, for the door that goes through it. */
export function cloudflared(app: App, stack: Stack, { public: own }: OpenDoors<Cloudflared>): void {
  if (own === undefined) return;
  const { topology } = stack;
  const owner = workloadOf(topology, CLOUDFLARED);
  const routes = topology.routes.filter(({ door }) => door === 'public');
  configMap(new ChartFile(app, 'config/cloudflared-config.yaml'), owner, CONFIG, {
    [FILE]: yaml(cloudflaredConfig(own, topology, routes)),
  });
  workload(new ChartFile(app, 'components/cloudflared.yaml'), {
    owner,
    image: stack.images.cloudflared,
    user: USER,
    resources: RESOURCES,
    args: ['tunnel', '--config', `${CLOUDFLARED_PATHS.config}/${FILE}`, 'run'],
    replicas: REPLICAS,
    mounts: [
      configFiles('config', CONFIG, CLOUDFLARED_PATHS.config, [FILE]),
      secretFiles('credentials', own.credentials.secret, CLOUDFLARED_PATHS.credentials, [
        own.credentials.key,
      ]),
    ],
    // Without Cloudflare it is not ready, and connects again by itself: starting it again would not help.
    liveness: httpProbe('metrics', '/healthcheck', { every: 10, failures: 3 }),
    readiness: httpProbe('metrics', '/ready', { every: 5, failures: 2 }),
    graceSeconds: GRACE_SECONDS + 15,
  });
}
