import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { persistentVolumeClaim } from '../../constructs/persistent-volume-claim.ts';
import type { Synapse } from '../../model/components/synapse.ts';
import type { Scene } from '../../model/stack.ts';
import { workloadOf } from '../../model/topology.ts';

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
