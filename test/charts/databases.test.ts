import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { database } from '../../charts/database/declare.ts';
import { assemble } from '../../charts/stack/resolve.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { synapse } from '../../charts/synapse/declare.ts';
import { wellKnown } from '../../charts/well-known/declare.ts';
import { render } from '../../src/render/render.ts';
import { compose } from '../../src/secrets/values/compose.ts';
import { SecretValue } from '../../src/secrets/values/value.ts';
import { component } from '../../src/system/component.ts';
import { connectionsNeeded, databaseAddress, databaseFor, databasesOf } from '../../src/system/databases.ts';
import { DATABASE_SERVER, DATABASES, type DatabaseNeed } from '../../src/system/topics.ts';
import { configData, dig, stackFrom } from '../stacks.ts';

const BASE = stackFrom(
  `schema: 1
name: lab
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {provider: existing}
`,
  'stacks/lab.yaml',
);

interface Bridge {
  readonly name: string;
  readonly namespace: string;
  /** Most connections of each of its two pods. */
  readonly connections: number;
}

/** Two workloads of one role that share a database, and have its address in a Secret of their own. */
const bridge = ({ name, namespace, connections }: Bridge) => {
  const need: DatabaseNeed = { name, readers: [{ selects: { role: name }, connections }] };
  const ids = [name, `${name}-worker`];
  return component({
    key: name,
    schema: z.unknown(),
    lanName: undefined,
    images: {},
    additions: [],
    sizes: [],
    resolve: () => name,
    offers: () => [DATABASES.offer(need)],
    parts: (_, { facts, offers }) => ({
      workloads: ids.map((id) => ({
        kind: 'workload',
        id,
        role: name,
        instance: facts.name,
        namespace,
        namespaceAt: ['bridges'],
        title: id,
        hostNetwork: false,
        ports: [],
        at: ['bridges'],
      })),
      flows: ids.flatMap((from) =>
        DATABASE_SERVER.of(offers).map(({ workload }) => ({
          from,
          to: workload,
          port: 'postgres',
          why: 'keeps its rooms',
        })),
      ),
    }),
    secrets: (_, placed) => [
      {
        name: `${name}-config`,
        places: [{ namespace }],
        keys: [
          {
            key: 'uri',
            what: 'w',
            readers: ids,
            form: {
              kind: 'composed',
              parts: ['', ...databaseAddress(placed, { from: name, database: need })],
            },
            loss: 'l',
            rotation: 'r',
          },
        ],
      },
    ],
  });
};

const SIGNAL: Bridge = { name: 'signal', namespace: 'lab', connections: 5 };
const IRC: Bridge = { name: 'irc', namespace: 'bridges', connections: 2 };

/** The stack with these bridges, before or after everything else in the list of components. */
function withBridges(bridges: readonly Bridge[], isFirst = true): Stack {
  const started = bridges.map((one) => ({ name: one.name, one: bridge(one).start(undefined, BASE) }));
  const rest = [
    { name: 'database', one: database.start(undefined, BASE) },
    { name: 'synapse', one: synapse.start(undefined, BASE) },
    { name: 'wellKnown', one: wellKnown.start(undefined, BASE) },
  ];
  return { ...BASE, ...assemble(BASE, isFirst ? [...started, ...rest] : [...rest, ...started]) };
}

const dataOf = (stack: Stack): ReadonlyMap<string, string> =>
  new Map([...render(stack).files].filter(([path]) => path.startsWith('lab/data/')));
const file = (stack: Stack, name: string): unknown => load(dataOf(stack).get(`lab/data/${name}`) ?? '');

describe('several databases', () => {
  it('are rendered the same whatever the order of the components, and the first is the homeserver’s', () => {
    const [before, after] = [withBridges([SIGNAL, IRC]), withBridges([IRC, SIGNAL], false)];
    expect(dataOf(before)).toEqual(dataOf(after));
    const cluster = file(before, 'cnpg-cluster.yaml');
    expect(dig(cluster, 'spec', 'bootstrap')).toEqual(
      dig(file(withBridges([]), 'cnpg-cluster.yaml'), 'spec', 'bootstrap'),
    );
    expect(dig(cluster, 'spec', 'managed', 'roles')).toEqual([
      { name: 'irc', login: true, passwordSecret: { name: 'irc-database' } },
      { name: 'signal', login: true, passwordSecret: { name: 'signal-database' } },
    ]);
    expect(dig(file(withBridges([]), 'cnpg-cluster.yaml'), 'spec', 'managed')).toBeUndefined();
  });

  it('are objects that Flux keeps and waits for, in the namespace of the server', () => {
    const stack = withBridges([SIGNAL, IRC]);
    expect(file(stack, 'database-irc.yaml')).toEqual({
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Database',
      metadata: {
        name: 'irc',
        namespace: 'lab',
        labels: expect.objectContaining({
          'app.kubernetes.io/component': 'irc',
          'app.kubernetes.io/instance': 'lab',
        }),
        annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
      },
      spec: {
        name: 'irc',
        owner: 'irc',
        cluster: { name: 'matrix-db' },
        template: 'template0',
        encoding: 'UTF8',
        localeCollate: 'C',
        localeCType: 'C',
      },
    });
    const flux = render(stack).files.get('flux/lab.yaml') ?? '';
    expect(flux).toMatch(/kind: Database\n\s+name: irc\n\s+namespace: lab\n/);
    expect(flux).toContain('current: status.applied && status.observedGeneration == metadata.generation');
  });

  it('break no rule, the schemas of their kinds included', () => {
    expect(render(withBridges([SIGNAL, IRC])).findings).toEqual([]);
  });

  it('need a release of the operator that knows them', () => {
    const summary = (stack: Stack): string => render(stack).files.get('lab/SUMMARY.md') ?? '';
    expect(summary(BASE)).toContain('any that serves `postgresql.cnpg.io/v1`; checked with 1.30');
    expect(summary(withBridges([IRC]))).toContain('1.25 or newer: older ones have no objects for databases');
  });

  it('have a password each, where the server is and where it is read', () => {
    const { secrets } = withBridges([SIGNAL, IRC]);
    const login = secrets.find(({ name }) => name === 'irc-database');
    expect(login).toMatchObject({
      places: [{ namespace: 'lab' }, { namespace: 'bridges' }],
      type: { kind: 'basic-auth' },
      labels: ['cnpg.io/reload'],
    });
    expect(login?.keys.map(({ key, form, readers }) => ({ key, form: form.kind, readers }))).toEqual([
      { key: 'username', form: 'composed', readers: ['matrix-db'] },
      { key: 'password', form: 'hex', readers: ['irc', 'irc-worker'] },
    ]);
    expect(secrets.find(({ name }) => name === 'signal-database')?.places).toEqual([{ namespace: 'lab' }]);
    expect(secrets.map(({ name }) => name)).not.toContain('synapse-database');
  });

  it('have an address with the password in it, for who declared the flow', () => {
    const stack = withBridges([SIGNAL]);
    const form = stack.secrets.find(({ name }) => name === 'signal-config')?.keys[0]?.form;
    if (form?.kind !== 'composed') throw new Error('not composed');
    const uri = new URL(compose(form.parts, () => SecretValue.of('a b@c')).text());
    expect(uri.href).toBe(
      'postgres://signal:a%20b%40c@matrix-db-rw.lab.svc.cluster.local:5432/signal?sslmode=require',
    );
    const [database] = databasesOf(stack).others;
    if (database === undefined) throw new Error('none');
    expect(() => databaseAddress(stack, { from: 'nobody', database })).toThrow('"nobody" has no flow');
  });

  it('belong to every workload of the role that they are for', () => {
    const stack = withBridges([SIGNAL]);
    expect(databaseFor(stack, 'signal-worker')).toMatchObject({
      database: { name: 'signal' },
      connections: 5,
    });
    expect(databaseFor(stack, 'synapse')).toMatchObject({ database: { first: true }, connections: 10 });
    expect(() => databaseFor(stack, 'matrix-db')).toThrow('nobody keeps a database for matrix-db');
  });
});

describe('connections', () => {
  const limit = (stack: Stack): unknown =>
    dig(file(stack, 'cnpg-cluster.yaml'), 'spec', 'postgresql', 'parameters', 'max_connections');

  it('are those of the size, until the pools of all pods need more', () => {
    expect(limit(BASE)).toBe('50');
    expect(limit(withBridges([IRC]))).toBe('50');
    // Synapse 10, and two pods with 5 each, all twice, and 20 for others.
    expect(limit(withBridges([SIGNAL]))).toBe('60');
  });

  it.each(['small', 'medium', 'large'])('of a stack without other programs fit the size %s', (size) => {
    const stack = stackFrom(
      `schema: 1\nsize: ${size}\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\n`,
    );
    expect(connectionsNeeded(stack)).toBeLessThanOrEqual(Number(stack.database.parameters.max_connections));
    expect(dig(configData(stack, 'synapse-config', 'homeserver.yaml'), 'database', 'args', 'cp_max')).toBe(
      stack.synapse.pool,
    );
  });
});

describe('a mistake of a component', () => {
  const offer = (...needs: readonly DatabaseNeed[]) => ({ offers: needs.map((one) => DATABASES.offer(one)) });

  it('is said: two databases that the server starts with, none, or two of one name', () => {
    const first: DatabaseNeed = { name: 'a', readers: [], first: true };
    const other: DatabaseNeed = { name: 'b', readers: [] };
    expect(databasesOf(offer(other, first))).toEqual({ first, others: [other] });
    expect(() => databasesOf(offer(first, { ...first, name: 'c' }))).toThrow(
      'with one database, not with two',
    );
    expect(() => databasesOf(offer(other))).toThrow('with one database, not with none');
    expect(() => databasesOf(offer(first, other, other))).toThrow('two components bring the database "b"');
  });

  it.each(['postgres', 'Signal', 'a_b', '-a', 'a'.repeat(51), ''])(
    'is said: a database called "%s"',
    (name) => {
      const first: DatabaseNeed = { name, readers: [], first: true };
      expect(() => databasesOf(offer(first))).toThrow(`"${name}" cannot be the name of a database`);
    },
  );
});
