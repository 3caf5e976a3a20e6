import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { persistentVolumeClaim } from '../../constructs/persistent-volume-claim.ts';
import type { Jitsi } from '../../model/components/jitsi.ts';
import type { Scene } from '../../model/stack.ts';
import { workloadOf } from '../../model/topology.ts';

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
