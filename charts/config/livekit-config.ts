import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configMap } from '../../constructs/config-map.ts';
import type { Livekit } from '../../model/components/livekit.ts';
import type { Scene } from '../../model/stack.ts';
import { workloadOf } from '../../model/topology.ts';
import { livekitConfig as livekitYaml } from '../../settings/livekit.ts';
import { yaml } from '../../settings/yaml.ts';

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
