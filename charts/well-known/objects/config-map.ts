import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { portOf, workloadOf } from '../../../src/topology/topology.ts';
import { json } from '../../shared/json.ts';
import { nginxMain, wellKnownServerBlock } from '../../shared/nginx-config.ts';
import type { Scene } from '../../stack/stack.ts';
import { wellKnownClient, wellKnownServer, wellKnownSupport } from '../answers.ts';
import { WELL_KNOWN_PREFIX } from '../paths.ts';
import type { WellKnown } from '../schema.ts';

/** Name of the ConfigMap. */
export const WELL_KNOWN_CONFIG = 'well-known-config';

/** Where the well-known files are mounted. */
export const WELL_KNOWN_FILES = '/srv/well-known';

/** Everything that is answered below the prefix, by name. */
function answers(stack: Scene, own: WellKnown): Readonly<Record<string, object>> {
  const support = wellKnownSupport(own);
  return {
    client: wellKnownClient(stack, own),
    server: wellKnownServer(stack),
    ...(support === undefined ? {} : { support }),
  };
}

/** Keys of the ConfigMap that are answers. */
export function wellKnownFiles(stack: Scene, own: WellKnown): readonly string[] {
  return Object.keys(answers(stack, own)).map((name) => `${name}.json`);
}

/** The answers on the server name's host, and nginx to give them. */
export function wellKnownConfig(app: App, stack: Scene, own: WellKnown): void {
  if (own.at === 'elsewhere') return;
  const self = workloadOf(stack.topology, 'well-known');
  const given = answers(stack, own);
  const { families } = stack.cluster.network;
  configMap(new ChartFile(app, 'config/well-known-config.yaml'), self, WELL_KNOWN_CONFIG, {
    ...Object.fromEntries(Object.entries(given).map(([name, answer]) => [`${name}.json`, json(answer)])),
    'default.conf': wellKnownServerBlock(
      portOf(self, 'http').number,
      families,
      Object.keys(given).map((name) => ({
        path: `${WELL_KNOWN_PREFIX}${name}`,
        file: `${WELL_KNOWN_FILES}/${name}.json`,
      })),
    ),
    'nginx.conf': nginxMain(),
  });
}
