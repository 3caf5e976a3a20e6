import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { configFile } from '../../../src/kubernetes/mounts.ts';
import { portOf, workloadOf } from '../../../src/topology/topology.ts';
import { json } from '../../shared/json.ts';
import { nginx } from '../../shared/nginx.ts';
import { appServer, nginxMain } from '../../shared/nginx-config.ts';
import type { Scene } from '../../stack/stack.ts';
import { cinnyConfig } from '../config.ts';
import type { WebClients } from '../declare.ts';

/** Name of the ConfigMap. */
const CONFIG = 'cinny-config';

/**
 * Cinny: static files in nginx's own image, which runs as root by itself. With our configuration in the place of its own
 * it does not need to: the user, 101, is the same as in nginx-unprivileged.
 *
 * @see https://github.com/cinnyapp/cinny/blob/dev/Dockerfile
 */
export function cinny(app: App, stack: Scene, { cinny: own }: WebClients): void {
  if (own === undefined) return;
  const self = workloadOf(stack.topology, 'cinny');
  configMap(new ChartFile(app, 'config/cinny-config.yaml'), self, CONFIG, {
    'config.json': json(cinnyConfig(stack, own)),
    'default.conf': appServer(portOf(self, 'http').number, stack.cluster.network.families, '/assets/'),
    'nginx.conf': nginxMain(),
  });
  nginx(new ChartFile(app, 'components/cinny.yaml'), stack.topology, {
    id: 'cinny',
    image: stack.images.cinny,
    resources: own.resources,
    configMap: CONFIG,
    mounts: [configFile('config', CONFIG, '/app/config.json', 'config.json')],
  });
}
