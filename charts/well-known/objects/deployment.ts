import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configFiles } from '../../../src/kubernetes/mounts.ts';
import type { Resources } from '../../../src/system/resources.ts';
import { nginx } from '../../shared/nginx.ts';
import type { Scene } from '../../stack/stack.ts';
import type { WellKnown } from '../schema.ts';
import { WELL_KNOWN_CONFIG, WELL_KNOWN_FILES, wellKnownFiles } from './config-map.ts';

/** Answers a few hundred bytes. */
const RESOURCES: Resources = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { memory: '32Mi' },
};

/** The answers on the server name's own host. */
export function wellKnown(app: App, stack: Scene, own: WellKnown): void {
  if (own.at === 'elsewhere') return;
  nginx(new ChartFile(app, 'components/well-known.yaml'), stack.topology, {
    id: 'well-known',
    image: stack.images['well-known'],
    resources: RESOURCES,
    configMap: WELL_KNOWN_CONFIG,
    mounts: [configFiles('answers', WELL_KNOWN_CONFIG, WELL_KNOWN_FILES, wellKnownFiles(stack, own))],
  });
}
