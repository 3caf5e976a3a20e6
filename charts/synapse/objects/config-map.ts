import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { yaml } from '../../shared/yaml.ts';
import type { Scene } from '../../stack/stack.ts';
import { homeserver, logConfig } from '../config.ts';
import type { Synapse } from '../declare.ts';

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
