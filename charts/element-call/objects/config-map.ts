import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { portOf, workloadOf } from '../../../src/topology/topology.ts';
import { json } from '../../shared/json.ts';
import { appServer, nginxMain } from '../../shared/nginx-config.ts';
import type { Scene } from '../../stack/stack.ts';
import { elementCallConfig as configJson } from '../config.ts';
import type { ElementCall } from '../declare.ts';

/** Name of the ConfigMap. */
export const ELEMENT_CALL_CONFIG = 'element-call-config';

/** Element Call's config.json, and nginx to serve it. */
export function elementCallConfig(app: App, stack: Scene, own: ElementCall): void {
  const self = workloadOf(stack.topology, 'element-call');
  configMap(new ChartFile(app, 'config/element-call-config.yaml'), self, ELEMENT_CALL_CONFIG, {
    'config.json': json(configJson(stack, own)),
    'default.conf': appServer(portOf(self, 'http').number, stack.cluster.network.families, '/assets/'),
    'nginx.conf': nginxMain(),
  });
}
