import type { App } from 'cdk8s';
import { staticPage } from '../../shared/static-web-server.ts';
import type { Scene } from '../../stack/stack.ts';
import type { AdminUi } from '../declare.ts';
import { ADMIN_UI_CONFIG } from './config-map.ts';

/**
 * Ketesa: static files.
 *
 * @see https://github.com/etkecc/ketesa/blob/main/docker/Dockerfile
 */
export function adminUi(app: App, stack: Scene, { resources }: AdminUi): void {
  staticPage(app, stack, {
    id: 'admin-ui',
    image: stack.images['admin-ui'],
    resources,
    configMap: ADMIN_UI_CONFIG,
  });
}
