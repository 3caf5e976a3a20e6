import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configFiles } from '../../constructs/mounts.ts';
import type { WellKnown } from '../../model/components/well-known.ts';
import type { Resources } from '../../model/resources.ts';
import type { Scene } from '../../model/stack.ts';
import { WELL_KNOWN_CONFIG, WELL_KNOWN_FILES, wellKnownFiles } from '../config/well-known-config.ts';
import { nginx } from './nginx.ts';

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
