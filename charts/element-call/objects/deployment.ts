import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configFile } from '../../../src/kubernetes/mounts.ts';
import { nginx } from '../../shared/nginx.ts';
import type { Scene } from '../../stack/stack.ts';
import type { ElementCall } from '../declare.ts';
import { ELEMENT_CALL_CONFIG } from './config-map.ts';

/**
 * Element Call: static files in the image nginx-unprivileged.
 *
 * @see https://github.com/element-hq/element-call/blob/livekit/Dockerfile
 */
export function elementCall(app: App, stack: Scene, { resources }: ElementCall): void {
  nginx(new ChartFile(app, 'components/element-call.yaml'), stack.topology, {
    id: 'element-call',
    image: stack.images['element-call'],
    resources,
    configMap: ELEMENT_CALL_CONFIG,
    mounts: [configFile('config', ELEMENT_CALL_CONFIG, '/app/config.json', 'config.json')],
  });
}
