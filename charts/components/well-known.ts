import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configFiles } from '../../constructs/mounts.ts';
import type { Resources } from '../../model/resources.ts';
import type { Stack } from '../../model/stack.ts';
import { party } from '../../model/topology.ts';
import { WELL_KNOWN_CONFIG, WELL_KNOWN_FILES, wellKnownFiles } from '../config/well-known-config.ts';
import { nginx } from './nginx.ts';

/** Answers a few hundred bytes. */
const RESOURCES: Resources = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { memory: '32Mi' },
};

/** The answers on the server name's own host. */
export function wellKnown(app: App, stack: Stack): void {
  if (stack.wellKnown.at === 'elsewhere') return;
  nginx(new ChartFile(app, 'components/well-known.yaml'), {
    owner: party(stack.topology, 'well-known'),
    image: stack.images['well-known'],
    resources: RESOURCES,
    configMap: WELL_KNOWN_CONFIG,
    mounts: [configFiles('answers', WELL_KNOWN_CONFIG, WELL_KNOWN_FILES, wellKnownFiles(stack))],
  });
}
