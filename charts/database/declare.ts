import * as z from 'zod';
import { mebibytes } from '../../src/plain/quantity.ts';
import { memory } from '../../src/stack/fields.ts';
import { component } from '../../src/system/component.ts';
import { othersOf, roleSecret } from '../../src/system/databases.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import {
  type BySize,
  overrideResources,
  type Resources,
  resourcesField,
  resourcesText,
  sizeRow,
} from '../../src/system/resources.ts';
import { DATABASE_SERVER, DATABASES } from '../../src/system/topics.ts';
import { PEERS, workloadOf } from '../../src/topology/topology.ts';

const schema = z
  .strictObject({
    cnpg: z
      .strictObject({
        size: memory
          .optional()
          .describe(
            'Volume of each instance. It can only grow. Default: 20Gi (small), 50Gi (medium), 100Gi (large).',
          ),
        instances: z
          .int()
          .min(1)
          .max(9)
          .optional()
          .describe('Number of PostgreSQL servers: one primary, the others replicate it. Default: 1.'),
        resources: resourcesField.optional(),
      })
      .describe('PostgreSQL run by the CloudNativePG operator.'),
  })
  .optional()
  .describe("Synapse's PostgreSQL. Always present.");

/** Everything about the stack's PostgreSQL that more than one place needs. */
export interface Database {
  /** Name of the CloudNativePG Cluster; its Services and Secrets are named after it. */
  readonly cluster: string;
  /** Secret the operator makes, with `username`, `password` and the rest. */
  readonly secret: string;
  readonly instances: number;
  readonly volume: string;
  readonly resources: Resources;
  /** PostgreSQL settings; strings, as CloudNativePG wants them. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** A volume below this fills within weeks of federating (write-ahead log alone keeps 512 MB). */
const VOLUME_FLOOR = '5Gi';
/** PostgreSQL with Synapse's queries is killed below this. */
const MEMORY_FLOOR = '512Mi';

const SIZES: BySize<{ volume: string; connections: number; resources: Resources }> = {
  small: {
    volume: '20Gi',
    connections: 50,
    resources: { requests: { cpu: '250m', memory: '1Gi' }, limits: { memory: '1Gi' } },
  },
  medium: {
    volume: '50Gi',
    connections: 100,
    resources: { requests: { cpu: '500m', memory: '4Gi' }, limits: { memory: '4Gi' } },
  },
  large: {
    volume: '100Gi',
    connections: 200,
    resources: { requests: { cpu: '2', memory: '8Gi' }, limits: { memory: '8Gi' } },
  },
};

/**
 * PostgreSQL settings for a memory limit, in the proportions of PostgreSQL's own manual:
 * a quarter for shared buffers, three quarters assumed cached.
 */
function parameters(memoryLimit: string, connections: number): Record<string, string> {
  const total = mebibytes(memoryLimit);
  return {
    effective_cache_size: `${Math.floor((total * 3) / 4)}MB`,
    maintenance_work_mem: `${Math.floor(total / 16)}MB`,
    max_connections: String(connections),
    random_page_cost: '1.1',
    shared_buffers: `${Math.floor(total / 4)}MB`,
    // The operator's default is `logical`; Synapse uses no logical replication.
    wal_level: 'replica',
    work_mem: `${Math.max(4, Math.floor(total / 128))}MB`,
  };
}

function resolve(written: z.infer<typeof schema>, { size }: StackFacts): Database {
  const resources = overrideResources(SIZES[size].resources, written?.cnpg.resources);
  return {
    cluster: 'matrix-db',
    secret: 'matrix-db-app',
    instances: written?.cnpg.instances ?? 1,
    volume: written?.cnpg.size ?? SIZES[size].volume,
    resources,
    parameters: parameters(resources.limits.memory, SIZES[size].connections),
  };
}

/**
 * What the operator calls the Secrets that it makes, after the name of the Cluster.
 *
 * @see https://cloudnative-pg.io/documentation/current/applications/
 */
const SECRETS_OF_A_CLUSTER = ['app', 'superuser', 'ca', 'server', 'replication'];

/** PostgreSQL by CloudNativePG. Its pods and Services are made by the operator, its Secret too. */
export const database = component({
  key: 'database',
  schema,
  resolve,
  lanName: undefined,
  images: {
    postgresql: {
      program: 'postgresql',
      tag: /^([0-9]+)\.([0-9]+)(?:-[0-9]+)?-(?:minimal|standard)-(?:trixie|bookworm)$/,
      atLeast: [14, 0],
      example: '16.15-standard-trixie',
      because: 'Synapse needs at least PostgreSQL 14, and tags without a type and a system are withdrawn',
    },
  },
  additions: [],
  sizes: [
    sizeRow(
      'requests and limits',
      SIZES,
      ({ resources }) => resourcesText(resources),
      'memory requested equals the limit, so that the kernel does not kill the database first when memory runs out; a gigabyte keeps the hot tables of a household server in memory',
    ),
    sizeRow(
      'volume',
      SIZES,
      ({ volume }) => volume,
      'a federated server of this layout grew from 5Gi to 50Gi within five months; volumes can only grow',
    ),
    sizeRow(
      '`max_connections`',
      SIZES,
      ({ connections }) => String(connections),
      "Synapse's pool (below), the operator's own connections, backups and one person with psql, doubled; more if the pools of all programs need it",
    ),
    sizeRow(
      '`shared_buffers`, `effective_cache_size`',
      SIZES,
      ({ resources, connections }) => {
        const derived = parameters(resources.limits.memory, connections);
        return `${derived.shared_buffers}, ${derived.effective_cache_size}`;
      },
      'a quarter and three quarters of the memory limit: PostgreSQL manual, resource consumption',
    ),
  ],
  offers: ({ cluster, secret }) => [DATABASE_SERVER.offer({ workload: cluster, secret })],
  parts: ({ cluster, secret, resources, volume }, { facts, offers }) => ({
    containers: [{ at: ['cnpg', 'resources'], resources, floor: MEMORY_FLOOR }],
    volumes: [
      {
        at: ['cnpg', 'size'],
        object: { kind: 'Cluster', name: cluster },
        size: volume,
        floor: VOLUME_FLOOR,
        because:
          'PostgreSQL keeps half a gigabyte of log alone, and a federated server grows by gigabytes a month',
      },
    ],
    made: SECRETS_OF_A_CLUSTER.map((suffix) => `${cluster}-${suffix}`).map((name) => ({
      name,
      by: ['CloudNativePG, with the Cluster ', { code: cluster }],
      ...(name === secret
        ? {
            readers: [
              `${DATABASES.of(offers)
                .filter(({ first }) => first)
                .flatMap(({ readers }) => readers.map(({ selects }) => Object.values(selects)))
                .join(', ')} (`,
              { code: 'password' },
              ')',
            ],
          }
        : {}),
    })),
    workloads: [
      {
        kind: 'workload',
        id: cluster,
        role: 'database',
        instance: facts.name,
        namespace: facts.namespace,
        title: 'PostgreSQL',
        hostNetwork: false,
        ports: [
          { name: 'postgres', number: 5432, protocol: 'TCP', on: 'pod' },
          { name: 'status', number: 8000, protocol: 'TCP', on: 'pod', purpose: 'health' },
        ],
        at: ['database'],
      },
    ],
    services: [
      // The operator makes it: whichever server is the primary.
      {
        name: `${cluster}-rw`,
        namespace: facts.namespace,
        selects: { id: cluster },
        ports: [{ number: 5432, to: 'postgres' }],
      },
    ],
    flows: [
      {
        from: PEERS.databaseOperator,
        to: cluster,
        port: 'status',
        why: 'the operator watches its instances',
      },
    ],
  }),
  secrets: ({ cluster }, placed) =>
    othersOf(placed).map((one) => roleSecret(placed, workloadOf(placed.topology, cluster), one)),
});
