import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configMap } from '../../constructs/config-map.ts';
import type { Element } from '../../model/components/element.ts';
import type { Scene } from '../../model/stack.ts';
import { portOf, workloadOf } from '../../model/topology.ts';
import { elementConfig as configJson } from '../../settings/element.ts';
import { json } from '../../settings/json.ts';
import { elementServer, nginxMain } from '../../settings/nginx.ts';

/** Name of the ConfigMap. */
export const ELEMENT_CONFIG = 'element-config';

/** Element Web's config.json, and nginx to serve it. */
export function elementConfig(app: App, stack: Scene, element: Element): void {
  const self = workloadOf(stack.topology, 'element');
  configMap(new ChartFile(app, 'config/element-config.yaml'), self, ELEMENT_CONFIG, {
    'config.json': json(configJson(stack, element)),
    'default.conf': elementServer(portOf(self, 'http').number, stack.cluster.network.families),
    'nginx.conf': nginxMain(),
  });
}
