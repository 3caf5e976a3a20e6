import type { App } from 'cdk8s';
import {
  Cluster,
  ClusterSpecResourcesLimits,
  ClusterSpecResourcesRequests,
} from '../../../imports/postgresql.cnpg.io.ts';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { NEVER_PRUNE } from '../../../src/kubernetes/flux-annotations.ts';
import { objectMeta } from '../../../src/kubernetes/labels.ts';
import { connectionsNeeded, databasesOf, loginSecret } from '../../../src/system/databases.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import type { Scene } from '../../stack/stack.ts';
import type { Database } from '../declare.ts';

/**
 * PostgreSQL. Collation and encoding are what Synapse demands; they are fixed when the database is made
 * and can only be changed by dumping and restoring it. The other databases (cnpg-databases.ts) have roles of their own.
 *
 * @see https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/
 */
export function cnpgCluster(app: App, stack: Scene, database: Database): void {
  const file = new ChartFile(app, 'data/cnpg-cluster.yaml');
  const { first, others } = databasesOf(stack);
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
          owner: first.name,
          encoding: 'UTF8',
          localeCollate: 'C',
          localeCType: 'C',
        },
      },
      // With one instance the budget would only keep the node from being drained.
      ...(database.instances === 1 ? { enablePdb: false } : {}),
      postgresql: { parameters: { ...database.parameters, max_connections: connections(stack, database) } },
      ...(others.length === 0
        ? {}
        : {
            managed: {
              roles: others.map((one) => ({
                name: one.name,
                login: true,
                passwordSecret: { name: loginSecret(stack, one) },
              })),
            },
          }),
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

/** What the size gives, or more where the pools of all programs need it. */
function connections(stack: Scene, { parameters }: Database): string {
  return String(Math.max(Number(parameters.max_connections), connectionsNeeded(stack)));
}
