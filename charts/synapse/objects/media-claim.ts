import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { persistentVolumeClaim } from '../../../src/kubernetes/persistent-volume-claim.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import type { Scene } from '../../stack/stack.ts';
import type { Synapse } from '../declare.ts';

/** The volume for uploads. */
export function mediaClaim(app: App, stack: Scene, { media }: Synapse): void {
  const file = new ChartFile(app, 'data/pvc-media.yaml');
  const { claim, size, storageClass } = media;
  persistentVolumeClaim(file, workloadOf(stack.topology, 'synapse'), {
    name: claim,
    size,
    ...(storageClass === undefined ? {} : { storageClass }),
  });
}
