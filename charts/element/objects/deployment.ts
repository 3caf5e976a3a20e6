import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configFile } from '../../../src/kubernetes/mounts.ts';
import { extraFileMounts } from '../../around/extra-files.ts';
import { nginx } from '../../shared/nginx.ts';
import type { Scene } from '../../stack/stack.ts';
import type { Element } from '../declare.ts';
import { ELEMENT_CONFIG } from './config-map.ts';

/** Element Web: static files. */
export function element(app: App, stack: Scene, { resources }: Element): void {
  nginx(new ChartFile(app, 'components/element.yaml'), stack.topology, {
    id: 'element',
    image: stack.images.element,
    resources,
    configMap: ELEMENT_CONFIG,
    // The image would write its own server block over ours, and complain that it cannot.
    env: [{ name: 'NGINX_ENVSUBST_TEMPLATE_DIR', value: '/nonexistent' }],
    mounts: [
      configFile('config', ELEMENT_CONFIG, '/app/config.json', 'config.json'),
      ...extraFileMounts(stack, 'element'),
    ],
  });
}
