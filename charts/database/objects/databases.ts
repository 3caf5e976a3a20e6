import type { App } from 'cdk8s';
import { Database as PostgresDatabase } from '../../../imports/postgresql.cnpg.io.ts';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { NEVER_PRUNE } from '../../../src/kubernetes/flux-annotations.ts';
import { labels } from '../../../src/kubernetes/labels.ts';
import { databasesOf, readersOf } from '../../../src/system/databases.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import type { Scene } from '../../stack/stack.ts';
import type { Database } from '../declare.ts';

/**
 * The databases beside the one that the server starts with, each for a role of its own (cnpg-cluster.ts). They are kept
 * when the object goes. Encoding and collation are those of the server, and cannot change any more.
 *
 * @see https://cloudnative-pg.io/documentation/current/declarative_database_management/
 */
export function cnpgDatabases(app: App, stack: Scene, { cluster }: Database): void {
  const { namespace } = workloadOf(stack.topology, cluster);
  for (const one of databasesOf(stack).others) {
    const { name } = one;
    // It is part of what reads it; the server is only where it is.
    const [reader] = readersOf(stack.topology, one);
    new PostgresDatabase(new ChartFile(app, `data/database-${name}.yaml`), 'database', {
      metadata: {
        name,
        namespace,
        ...(reader === undefined ? {} : { labels: labels(reader) }),
        annotations: NEVER_PRUNE,
      },
      spec: {
        name,
        owner: name,
        cluster: { name: cluster },
        template: 'template0',
        encoding: 'UTF8',
        localeCollate: 'C',
        localeCType: 'C',
      },
    });
  }
}
