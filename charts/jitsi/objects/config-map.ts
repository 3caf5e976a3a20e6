import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { configMap } from '../../../src/kubernetes/config-map.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import type { Scene } from '../../stack/stack.ts';
import { bridgeEnvironment, customConfigJs, customJvbConf, jitsiEnvironment } from '../config.ts';
import { type Jitsi, jitsiWorkload } from '../declare.ts';
import { JITSI_PARTS } from '../sizes.ts';

/** Name of the ConfigMap with the files that Jitsi's programs are given, each its own key. */
export const JITSI_FILES = 'jitsi-config';

/** Name of the ConfigMap with the environment of one of Jitsi's workloads. */
export function jitsiEnvironmentMap(workload: string): string {
  return `${workload}-env`;
}

/** Environment of each of Jitsi's programs in a map of its own, so that a change restarts only who reads it. */
export function jitsiConfig(app: App, stack: Scene, jitsi: Jitsi): void {
  const file = new ChartFile(app, 'config/jitsi-config.yaml');
  const environment = jitsiEnvironment(stack, jitsi);
  for (const part of JITSI_PARTS) {
    const maps =
      part === 'jvb'
        ? jitsi.bridges.map((one) => ({ id: one.id, data: bridgeEnvironment(stack, jitsi, one) }))
        : [{ id: jitsiWorkload(part), data: environment[part] }];
    for (const { id, data } of maps) {
      configMap(file, workloadOf(stack.topology, id), jitsiEnvironmentMap(id), data);
    }
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
