import type { App } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configFile, configFiles, type Mount, scratch } from '../../constructs/mounts.ts';
import { httpProbe, tcpProbe } from '../../constructs/probes.ts';
import { service } from '../../constructs/service.ts';
import { workload } from '../../constructs/workload.ts';
import type { Resources } from '../../model/resources.ts';
import type { Stack } from '../../model/stack.ts';
import { type Party, party } from '../../model/topology.ts';
import { CONFIG_MAPS, WELL_KNOWN_FILES } from '../config/config-files.ts';

/** The user nginx runs as in both images. */
const USER = 101;

/** Answers a few hundred bytes. */
const WELL_KNOWN_RESOURCES: Resources = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { memory: '32Mi' },
};

/** What differs between the two nginx servers. */
interface NginxProps {
  readonly owner: Party;
  readonly image: string;
  readonly resources: Resources;
  readonly configMap: string;
  readonly mounts: readonly Mount[];
  /** @default - none */
  readonly env?: readonly k8s.EnvVar[];
}

/** An unprivileged nginx with our server block in the place of the image's. */
function nginx(file: ChartFile, props: NginxProps): void {
  workload(file, {
    owner: props.owner,
    image: props.image,
    user: USER,
    resources: props.resources,
    ...(props.env === undefined ? {} : { env: props.env }),
    mounts: [
      configFiles('server', props.configMap, '/etc/nginx/conf.d', ['default.conf']),
      // The process id and all temporary files of these images.
      scratch('tmp', '/tmp', '64Mi'),
      ...props.mounts,
    ],
    liveness: tcpProbe('http', { every: 10, failures: 3 }),
    readiness: httpProbe('http', '/health', { every: 5, failures: 3 }),
  });
  service(file, props.owner);
}

/** Element Web: static files. */
export function element(app: App, stack: Stack): void {
  if (stack.element === undefined) return;
  nginx(new ChartFile(app, 'components/element.yaml'), {
    owner: party(stack.topology, 'element'),
    image: stack.images.element,
    resources: stack.element.resources,
    configMap: CONFIG_MAPS.element,
    // The image would write its own server block over ours, and complain that it cannot.
    env: [{ name: 'NGINX_ENVSUBST_TEMPLATE_DIR', value: '/nonexistent' }],
    mounts: [configFile('config', CONFIG_MAPS.element, '/app/config.json', 'config.json')],
  });
}

/** The answers on the server name's own host. */
export function wellKnown(app: App, stack: Stack): void {
  if (stack.wellKnown === 'elsewhere') return;
  nginx(new ChartFile(app, 'components/well-known.yaml'), {
    owner: party(stack.topology, 'well-known'),
    image: stack.images['well-known'],
    resources: WELL_KNOWN_RESOURCES,
    configMap: CONFIG_MAPS.wellKnown,
    mounts: [configFiles('answers', CONFIG_MAPS.wellKnown, WELL_KNOWN_FILES, ['client.json', 'server.json'])],
  });
}
