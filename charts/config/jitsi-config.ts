import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configMap } from '../../constructs/config-map.ts';
import { type Jitsi, jitsiWorkload } from '../../model/components/jitsi.ts';
import { JITSI_PARTS, type JitsiPart } from '../../model/components/jitsi-sizes.ts';
import type { Scene } from '../../model/stack.ts';
import { workloadOf } from '../../model/topology.ts';
import { customConfigJs, customJvbConf, jitsiEnvironment } from '../../settings/jitsi.ts';

/** Name of the ConfigMap with the files that Jitsi's programs are given, each its own key. */
export const JITSI_FILES = 'jitsi-config';

/** Name of the ConfigMap with one Jitsi program's environment. */
export function jitsiEnvironmentMap(part: JitsiPart): string {
  return `${jitsiWorkload(part)}-env`;
}

/** Environment of each of Jitsi's programs in a map of its own, so that a change restarts only who reads it. */
export function jitsiConfig(app: App, stack: Scene, jitsi: Jitsi): void {
  const file = new ChartFile(app, 'config/jitsi-config.yaml');
  const environment = jitsiEnvironment(stack, jitsi);
  for (const part of JITSI_PARTS) {
    configMap(
      file,
      workloadOf(stack.topology, jitsiWorkload(part)),
      jitsiEnvironmentMap(part),
      environment[part],
    );
  }
  const extraHost = stack.expose.public === undefined ? undefined : stack.expose.lan?.names.jitsi;
  configMap(file, workloadOf(stack.topology, jitsiWorkload('web')), JITSI_FILES, {
    'custom-config.js': customConfigJs(jitsi, extraHost),
    'custom-jvb.conf': customJvbConf(jitsi),
  });
}
