import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import type { Scene } from '../../stack/stack.ts';
import { customConfigJs, customJvbConf, jitsiEnvironment } from '../config.ts';
import { type Jitsi, jitsiWorkload } from '../declare.ts';
import { JITSI_PARTS, type JitsiPart } from '../sizes.ts';

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
  const files = [
    { part: 'web', key: 'custom-config.js', text: customConfigJs(jitsi, extraHost) },
    { part: 'jvb', key: 'custom-jvb.conf', text: customJvbConf(jitsi) },
  ] as const;
  const readers = files.map((one) => ({
    ...one,
    owner: workloadOf(stack.topology, jitsiWorkload(one.part)),
  }));
  // A pod reads what is in its own namespace: there is one map in each, of the files that are read there.
  for (const [index, { owner }] of readers.entries()) {
    const together = readers.filter((one) => one.owner.namespace === owner.namespace);
    if (together[0] !== readers[index]) continue;
    configMap(file, owner, JITSI_FILES, Object.fromEntries(together.map(({ key, text }) => [key, text])));
  }
}
