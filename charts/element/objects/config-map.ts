import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { portOf, workloadOf } from '../../../src/topology/topology.ts';
import { json } from '../../shared/json.ts';
import { elementServer, nginxMain } from '../../shared/nginx-config.ts';
import type { Scene } from '../../stack/stack.ts';
import { BRANDING_URL } from '../branding.ts';
import { elementConfig as configJson } from '../config.ts';
import type { Element } from '../declare.ts';

/** Name of the ConfigMap. */
export const ELEMENT_CONFIG = 'element-config';

/** Element Web's config.json, and nginx to serve it. */
export function elementConfig(app: App, stack: Scene, element: Element): void {
  const self = workloadOf(stack.topology, 'element');
  configMap(new ChartFile(app, 'config/element-config.yaml'), self, ELEMENT_CONFIG, {
    'config.json': json(configJson(stack, element)),
    'default.conf': elementServer(portOf(self, 'http').number, stack.cluster.network.families, {
      afresh: stack.extraFiles.some(({ path }) => path.startsWith(`/app${BRANDING_URL}`))
        ? [BRANDING_URL]
        : [],
      icon: element.icon,
    }),
    'nginx.conf': nginxMain(),
  });
}
