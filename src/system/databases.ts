import { compareText } from '../plain/compare.ts';
import { meant, reach, type Topology, type Workload } from '../topology/topology.ts';
import type { AddressPart } from './composed-file.ts';
import { RANDOM_HEX_32, type SecretSpec } from './secrets.ts';
import { DATABASE_SERVER, DATABASES, type DatabaseNeed, type Offered } from './topics.ts';
import { onlyOnce } from './unique.ts';

/** What databases are looked up in: a stack, or what a component sees of it. */
interface Placed {
  readonly offers: readonly Offered[];
  readonly topology: Topology;
}

/** Databases and roles that PostgreSQL has itself, or cannot have. */
const TAKEN: readonly string[] = ['none', 'postgres', 'public', 'template0', 'template1'];

/** Connections that nobody's pool has: the operator's, those of backups, and of a person with psql. */
const RESERVED = 20;

/**
 * The database that the server starts with, and all others by name.
 *
 * @throws Error unless exactly one is the first, where two have one name, or one has a name that nothing can have: a
 *   mistake of a component
 */
export function databasesOf({ offers }: Pick<Placed, 'offers'>): {
  readonly first: DatabaseNeed;
  readonly others: readonly DatabaseNeed[];
} {
  const all = onlyOnce('database', DATABASES.of(offers), ({ name }) => name);
  for (const { name } of all) {
    if (!/^[a-z](?:[a-z0-9-]{0,48}[a-z0-9])?$/.test(name) || TAKEN.includes(name)) {
      throw new Error(`"${name}" cannot be the name of a database`);
    }
  }
  const [first, second] = all.filter((one) => one.first === true);
  if (first === undefined || second !== undefined) {
    throw new Error(`the server starts with one database, not with ${second === undefined ? 'none' : 'two'}`);
  }
  return { first, others: othersOf({ offers }) };
}

/** The databases that the server has to create, sorted by name, so that the order of the components does not matter. */
export function othersOf({ offers }: Pick<Placed, 'offers'>): readonly DatabaseNeed[] {
  return DATABASES.of(offers)
    .filter(({ first }) => first !== true)
    .sort((a, b) => compareText(a.name, b.name));
}

/** The workloads that open connections to a database. @throws Error where one of them is nowhere */
export function readersOf(topology: Topology, { readers }: DatabaseNeed): readonly Workload[] {
  const ids = new Set(readers.flatMap(({ selects }) => meant(topology, selects)).map(({ id }) => id));
  return topology.workloads.filter(({ id }) => ids.has(id));
}

/**
 * The database that a workload opens connections to, and how many at most.
 *
 * @param workload its id
 * @throws Error where it opens none
 */
export function databaseFor(
  { offers, topology }: Placed,
  workload: string,
): { readonly database: DatabaseNeed; readonly connections: number } {
  for (const database of DATABASES.of(offers)) {
    const reader = database.readers.find(({ selects }) =>
      meant(topology, selects).some(({ id }) => id === workload),
    );
    if (reader !== undefined) return { database, connections: reader.connections };
  }
  throw new Error(`nobody keeps a database for ${workload}`);
}

/** The workload that serves all databases, and the Secret of the first one's role. */
export function databaseServer({ offers }: Pick<Placed, 'offers'>): {
  readonly workload: string;
  readonly secret: string;
} {
  const [server] = DATABASE_SERVER.of(offers);
  if (server === undefined) throw new Error('this stack has no database server');
  return server;
}

/** Name of the Secret with `username` and `password` of the role that owns a database. */
export function loginSecret(placed: Pick<Placed, 'offers'>, { name, first }: DatabaseNeed): string {
  // The operator makes that of the first.
  return first === true ? databaseServer(placed).secret : `${name}-database`;
}

/**
 * The address of a database with the password in it: `postgres://name:<password>@host:5432/name?sslmode=require`. For a
 * database whose password is made here, so not for the first.
 *
 * @param from the workload that it is for, which has declared a flow to the server
 */
export function databaseAddress(
  { offers, topology }: Placed,
  { from, database }: { readonly from: string; readonly database: DatabaseNeed },
): readonly AddressPart[] {
  const { name } = database;
  const { host, port } = reach(topology, { from, to: databaseServer({ offers }).workload, port: 'postgres' });
  const secret = loginSecret({ offers }, database);
  return [
    `postgres://${name}:`,
    { secret, key: 'password', as: 'url' },
    `@${host}:${port}/${name}?sslmode=require`,
  ];
}

/**
 * The connections that the server has to take: those of all pools twice, since a pod that is replaced holds its own for
 * a while, and those of nobody's pool.
 */
export function connectionsNeeded({ offers, topology }: Placed): number {
  const pools = DATABASES.of(offers)
    .flatMap(({ readers }) => readers)
    .map(({ selects, connections }) => meant(topology, selects).length * connections);
  return 2 * pools.reduce((sum, one) => sum + one, 0) + RESERVED;
}

/**
 * The Secret of a role that the server is told to make: where the server is, and where its readers are.
 *
 * @param server the workload of the server
 * @see https://cloudnative-pg.io/documentation/current/declarative_role_management/
 */
export function roleSecret(placed: Placed, server: Workload, database: DatabaseNeed): SecretSpec {
  const readers = readersOf(placed.topology, database);
  const namespaces = new Set([server.namespace, ...readers.map(({ namespace }) => namespace)]);
  const [, ...others] = [...namespaces].map((namespace) => ({ namespace }));
  return {
    name: loginSecret(placed, database),
    places: [{ namespace: server.namespace }, ...others],
    type: { kind: 'basic-auth' },
    labels: ['cnpg.io/reload'],
    keys: [
      {
        key: 'username',
        what: 'the role that owns the database',
        readers: [server.id],
        form: { kind: 'composed', parts: [database.name] },
        loss: 'nothing: it is not a secret',
        rotation: 'nobody',
      },
      {
        key: 'password',
        what: `the password of the database ${database.name}`,
        readers: readers.map(({ id }) => id),
        form: RANDOM_HEX_32,
        loss: 'anyone who has it and can reach the database can read and change all of it; create a new one',
        rotation: 'whoever uses the programs that connect with it, which have to restart',
        rotateAfterDays: 365,
      },
    ],
  };
}
