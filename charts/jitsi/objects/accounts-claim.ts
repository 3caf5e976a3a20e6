import type { App } from 'cdk8s';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { persistentVolumeClaim } from '../../../src/kubernetes/persistent-volume-claim.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import type { Scene } from '../../stack/stack.ts';
import type { Jitsi } from '../declare.ts';

/** Room for a few thousand Jitsi accounts. */
const ACCOUNTS_SIZE = '1Gi';

/** The volume for Jitsi's accounts; nothing else of Jitsi is worth keeping. */
export function jitsiAccountsClaim(app: App, stack: Scene, { accountsClaim: name }: Jitsi): void {
  if (name === undefined) return;
  const file = new ChartFile(app, 'data/pvc-jitsi-accounts.yaml');
  const { storageClass } = stack.cluster;
  persistentVolumeClaim(file, workloadOf(stack.topology, 'jitsi-prosody'), {
    name,
    size: ACCOUNTS_SIZE,
    ...(storageClass === undefined ? {} : { storageClass }),
  });
}
