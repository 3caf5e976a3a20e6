import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { json } from '../../shared/json.ts';
import { staticPageSettings } from '../../shared/static-web-server.ts';
import type { Scene } from '../../stack/stack.ts';
import { adminUiConfig as configJson } from '../config.ts';
import type { AdminUi } from '../declare.ts';

/** Name of the ConfigMap. */
export const ADMIN_UI_CONFIG = 'admin-ui-config';

/** Ketesa's config.json, and the headers to serve it with. */
export function adminUiConfig(app: App, stack: Scene, own: AdminUi): void {
  const self = workloadOf(stack.topology, 'admin-ui');
  configMap(new ChartFile(app, 'config/admin-ui-config.yaml'), self, ADMIN_UI_CONFIG, {
    'config.json': json(configJson(own)),
    ...staticPageSettings(),
  });
}
