import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debian, postgresFolders } from '../tools/debian.ts';
import { type Json, mapping, need, text } from './json.ts';
import type { PodNetwork } from './network.ts';
import { attempt, type Running, run, runFolder, start, until } from './programs.ts';
import type { Certificates } from './secrets.ts';

/** PostgreSQL refuses to run as root; this user owns nothing else. */
const NOBODY = 65_534;

/** What a homeserver expects of its database. */
export interface PostgresOptions {
  readonly network: PodNetwork;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly certificates: Certificates;
  /** The rendered CloudNativePG Cluster; its bootstrap and parameters are followed. */
  readonly cluster?: Json;
}

/** A single-quoted SQL literal, or a double-quoted name. */
function quoted(value: string, quote: "'" | '"'): string {
  return quote + value.replaceAll(quote, quote + quote) + quote;
}

/**
 * Starts PostgreSQL in the pod's network, as the operator would set it up: the rendered Cluster's encoding,
 * collation, owner, database and parameters, TLS on. The user and the database that Synapse asks for must come
 * out of that; nothing is made to please Synapse's side.
 */
export async function postgres(options: PostgresOptions): Promise<Running> {
  await debian('postgresql');
  const bin = need(postgresFolders()[0], 'an installed PostgreSQL');
  const folder = runFolder('postgres');
  const data = join(folder, 'data');
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    chownSync(path, NOBODY, NOBODY);
    return path;
  };
  mkdirSync(data);
  for (const path of [folder, data]) {
    chownSync(path, NOBODY, NOBODY);
    chmodSync(path, 0o700);
  }
  const administrator = 'conformance';
  const bootstrap = mapping(options.cluster, 'spec', 'bootstrap', 'initdb');
  const collation = {
    // CloudNativePG's defaults, too.
    encoding: text(bootstrap, 'encoding') ?? 'UTF8',
    collate: text(bootstrap, 'localeCollate') ?? 'C',
    ctype: text(bootstrap, 'localeCType') ?? 'C',
  };
  const asNobody = ['setpriv', '--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups', '--'];
  const passwordFile = file('password', options.password);
  const [first = '', ...rest] = [
    ...asNobody,
    ...[join(bin, 'initdb'), '-D', data, '-U', administrator, '--no-sync', '-A', 'scram-sha-256'],
    ...['--pwfile', passwordFile, '-E', collation.encoding],
    ...['--locale', 'C', '--lc-collate', collation.collate, '--lc-ctype', collation.ctype],
  ];
  await run(first, rest, { cwd: folder });

  const settings: Record<string, string> = {};
  const parameters = mapping(options.cluster, 'spec', 'postgresql', 'parameters');
  for (const [name, value] of Object.entries(parameters)) settings[name] = String(value);
  Object.assign(settings, {
    fsync: 'off',
    listen_addresses: '127.0.0.1',
    port: `${options.port}`,
    ssl: 'on',
    ssl_cert_file: file('tls.crt', options.certificates.certificate),
    ssl_key_file: file('tls.key', options.certificates.privateKey),
    unix_socket_directories: folder,
  });
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const drop = [
    'setpriv',
    '--reuid',
    `${NOBODY}`,
    '--regid',
    `${NOBODY}`,
    '--clear-groups',
    '--pdeathsig',
    'KILL',
  ];
  const [command = '', ...args] = options.network.inside([
    ...[...drop, '--', join(bin, 'postgres'), '-D', data],
    ...flags,
  ]);
  const server = start('postgres', command, args, { cwd: folder, stopSignal: 'SIGINT' });

  const psql = (sql: string) => {
    const connection = `host=127.0.0.1 port=${options.port} user=${administrator} dbname=postgres`;
    const [psqlCommand = '', ...psqlArgs] = options.network.inside([
      ...[join(bin, 'psql'), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', connection, '-c', sql],
    ]);
    return attempt(psqlCommand, psqlArgs, { env: { PGPASSWORD: options.password } });
  };
  await until('take connections', server, 30, async () =>
    (await psql('SELECT 1')).code === 0 ? true : undefined,
  );
  const owner = text(bootstrap, 'owner') ?? options.user;
  const database = text(bootstrap, 'database') ?? options.database;
  const made = [
    `CREATE ROLE ${quoted(owner, '"')} LOGIN PASSWORD ${quoted(options.password, "'")}`,
    `CREATE DATABASE ${quoted(database, '"')} OWNER ${quoted(owner, '"')}`,
  ];
  for (const sql of made) {
    const { code, stderr } = await psql(sql);
    if (code !== 0) throw new Error(`psql: ${stderr}`);
  }
  return server;
}
