import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { NEVER_PRUNE } from '../../constructs/flux-annotations.ts';
import { labels } from '../../constructs/labels.ts';
import { Database as PostgresDatabase } from '../../imports/postgresql.cnpg.io.ts';
import type { Database } from '../../model/components/database.ts';
import { databasesOf, readersOf } from '../../model/databases.ts';
import type { Scene } from '../../model/stack.ts';
import { workloadOf } from '../../model/topology.ts';

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
