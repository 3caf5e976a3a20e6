import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configMap } from '../../constructs/config-map.ts';
import type { Synapse } from '../../model/components/synapse.ts';
import type { Scene } from '../../model/stack.ts';
import { workloadOf } from '../../model/topology.ts';
import { homeserver, logConfig } from '../../settings/synapse.ts';
import { yaml } from '../../settings/yaml.ts';

/** Name of the ConfigMap. */
export const SYNAPSE_CONFIG = 'synapse-config';

/** homeserver.yaml and the log configuration. */
export function synapseConfig(app: App, stack: Scene, own: Synapse): void {
  configMap(
    new ChartFile(app, 'config/synapse-config.yaml'),
    workloadOf(stack.topology, 'synapse'),
    SYNAPSE_CONFIG,
    {
      'homeserver.yaml': yaml(homeserver(stack, own)),
      'log.yaml': yaml(logConfig()),
    },
  );
}
