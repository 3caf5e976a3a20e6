import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { NEVER_PRUNE } from '../../constructs/flux-annotations.ts';
import { objectMeta } from '../../constructs/labels.ts';
import {
  Cluster,
  ClusterSpecResourcesLimits,
  ClusterSpecResourcesRequests,
} from '../../imports/postgresql.cnpg.io.ts';
import type { Database } from '../../model/components/database.ts';
import type { Scene } from '../../model/stack.ts';
import { DATABASES } from '../../model/topics.ts';
import { workloadOf } from '../../model/topology.ts';

/**
 * Synapse's PostgreSQL. Collation and encoding are what Synapse demands; they are fixed when the
 * database is made and can only be changed by dumping and restoring it.
 *
 * @see https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/
 */
export function cnpgCluster(app: App, stack: Scene, database: Database): void {
  const file = new ChartFile(app, 'data/cnpg-cluster.yaml');
  // The operator makes one at the start; this stack has no other.
  const [first] = DATABASES.of(stack.offers);
  if (first === undefined) return;
  const { requests, limits } = database.resources;
  const { storageClass } = stack.cluster;
  new Cluster(file, 'cluster', {
    metadata: {
      ...objectMeta(workloadOf(stack.topology, database.cluster), database.cluster),
      annotations: NEVER_PRUNE,
    },
    spec: {
      instances: database.instances,
      imageName: stack.images.postgresql,
      bootstrap: {
        initdb: {
          database: first.name,
          owner: first.owner,
          encoding: 'UTF8',
          localeCollate: 'C',
          localeCType: 'C',
        },
      },
      // With one instance the budget would only keep the node from being drained.
      ...(database.instances === 1 ? { enablePdb: false } : {}),
      postgresql: { parameters: { ...database.parameters } },
      resources: {
        requests: {
          cpu: ClusterSpecResourcesRequests.fromString(requests.cpu),
          memory: ClusterSpecResourcesRequests.fromString(requests.memory),
        },
        limits: {
          ...(limits.cpu === undefined ? {} : { cpu: ClusterSpecResourcesLimits.fromString(limits.cpu) }),
          memory: ClusterSpecResourcesLimits.fromString(limits.memory),
        },
      },
      storage: { size: database.volume, ...(storageClass === undefined ? {} : { storageClass }) },
    },
  });
}
