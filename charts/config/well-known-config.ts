import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configMap } from '../../constructs/config-map.ts';
import { WELL_KNOWN_PREFIX } from '../../model/components/well-known.ts';
import type { Scene } from '../../model/stack.ts';
import { portOf, workloadOf } from '../../model/topology.ts';
import { json } from '../../settings/json.ts';
import { nginxMain, wellKnownServerBlock } from '../../settings/nginx.ts';
import { wellKnownClient, wellKnownServer } from '../../settings/well-known.ts';

/** Name of the ConfigMap. */
export const WELL_KNOWN_CONFIG = 'well-known-config';

/** Where the well-known files are mounted. */
export const WELL_KNOWN_FILES = '/srv/well-known';

/** The two answers on the server name's host, and nginx to give them. */
export function wellKnownConfig(app: App, stack: Scene): void {
  const self = workloadOf(stack.topology, 'well-known');
  configMap(new ChartFile(app, 'config/well-known-config.yaml'), self, WELL_KNOWN_CONFIG, {
    'client.json': json(wellKnownClient(stack)),
    'default.conf': wellKnownServerBlock(portOf(self, 'http').number, stack.cluster.network.families, [
      { path: `${WELL_KNOWN_PREFIX}client`, file: `${WELL_KNOWN_FILES}/client.json` },
      { path: `${WELL_KNOWN_PREFIX}server`, file: `${WELL_KNOWN_FILES}/server.json` },
    ]),
    'nginx.conf': nginxMain(),
    'server.json': json(wellKnownServer(stack)),
  });
}
