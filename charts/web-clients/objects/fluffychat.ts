import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { json } from '../../shared/json.ts';
import { staticPage, staticPageSettings } from '../../shared/static-web-server.ts';
import type { Scene } from '../../stack/stack.ts';
import { fluffychatConfig } from '../config.ts';
import type { WebClients } from '../declare.ts';

/** Name of the ConfigMap. */
const CONFIG = 'fluffychat-config';

/**
 * FluffyChat: static files.
 *
 * @see https://github.com/etkecc/fluffychat-web/blob/main/Dockerfile
 */
export function fluffychat(app: App, stack: Scene, { fluffychat: own }: WebClients): void {
  if (own === undefined) return;
  const self = workloadOf(stack.topology, 'fluffychat');
  configMap(new ChartFile(app, 'config/fluffychat-config.yaml'), self, CONFIG, {
    'config.json': json(fluffychatConfig(stack, own)),
    ...staticPageSettings(),
  });
  staticPage(app, stack, {
    id: 'fluffychat',
    image: stack.images.fluffychat,
    resources: own.resources,
    configMap: CONFIG,
  });
}
