import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import { yaml } from '../../shared/yaml.ts';
import type { Scene } from '../../stack/stack.ts';
import { livekitConfig as livekitYaml } from '../config.ts';
import type { Livekit } from '../declare.ts';

/** Name of the ConfigMap. */
export const LIVEKIT_CONFIG = 'livekit-config';

/** livekit.yaml; its API key comes from a Secret. */
export function livekitConfig(app: App, stack: Scene, livekit: Livekit): void {
  configMap(
    new ChartFile(app, 'config/livekit-config.yaml'),
    workloadOf(stack.topology, 'livekit'),
    LIVEKIT_CONFIG,
    {
      'livekit.yaml': yaml(livekitYaml(stack, livekit)),
    },
  );
}
