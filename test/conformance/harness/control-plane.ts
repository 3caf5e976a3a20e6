import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { debian } from '../tools/debian.ts';
import { kubeApiServer } from '../tools/go.ts';
import { nameOf } from './dist.ts';
import { type Json, mapping, mappings, need, text } from './json.ts';
import { run, runFolder, start, until } from './programs.ts';

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  /** Texts of the `Warning` headers: deprecations, Pod Security, duplicate or unknown fields. */
  readonly warnings: readonly string[];
  readonly body: Json;
}

/** The way to the API server. */
export interface ApiAccess {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** File of the authority that the server's certificate comes from. */
  readonly authority: string;
}

/** A running API server. */
export interface ControlPlane {
  readonly version: string;
  /** For programs that talk to the server themselves, as administrator. */
  readonly access: ApiAccess;
  /** Sends a request; `body` goes as JSON with the given content type. */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>;
  /** Server-side apply as Flux does it. `dryRun` leaves nothing behind. */
  apply(object: Json, options?: { readonly dryRun?: boolean }): Promise<ApiAnswer>;
  /** Path of the collection an object belongs to. Throws when the server does not know the kind. */
  collection(object: Json): Promise<string>;
}

/** A TCP port on loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

/**
 * Starts etcd and the API server on loopback: no controllers, no nodes. ServiceAccount admission is off, since
 * no controller makes the `default` account that it would wait for.
 */
export async function controlPlane(): Promise<ControlPlane> {
  await debian('etcd-server', 'openssl');
  const program = await kubeApiServer();
  const cwd = runFolder('api-server');
  const [clientPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${clientPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const etcd = start('etcd', 'etcd', [
    ...['--data-dir', join(cwd, 'etcd'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `default=${peerUrl}`],
  ]);
  const token = randomBytes(16).toString('hex');
  writeFileSync(join(cwd, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  await run('openssl', ['genrsa', '-out', join(cwd, 'sa.key'), '2048']);
  const server = start('kube-apiserver', program, [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(cwd, 'certs')}`,
    `--token-auth-file=${join(cwd, 'tokens.csv')}`,
    `--service-account-key-file=${join(cwd, 'sa.key')}`,
    `--service-account-signing-key-file=${join(cwd, 'sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
  ]);

  // The certificate is the server's own, made a moment ago on this machine.
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const call = (method: string, path: string, body?: unknown, contentType = 'application/json') =>
    new Promise<ApiAnswer>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': contentType };
      const outgoing = httpsRequest({ agent, host: '127.0.0.1', port, method, path, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8');
          const json = (incoming.headers['content-type'] ?? '').startsWith('application/json');
          const parsed: unknown = json ? JSON.parse(answer) : { text: answer };
          // Each one reads `299 - "text"`, with the quotes inside the text escaped.
          const warnings = [incoming.headers.warning ?? []].flat().map((said) => said.replaceAll('\\"', '"'));
          resolve({ status: incoming.statusCode ?? 0, warnings, body: mapping(parsed) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });

  await until('answer', etcd, 20, () =>
    etcd.log().includes('ready to serve client requests') ? true : undefined,
  );
  await until('be ready', server, 90, async () =>
    (await call('GET', '/readyz')).status === 200 ? true : undefined,
  );
  if (!existsSync(join(cwd, 'certs'))) throw new Error('the API server made no certificate');

  const groups = new Map<string, Promise<readonly Json[]>>();
  const resources = (apiVersion: string): Promise<readonly Json[]> => {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = groups.get(apiVersion) ?? call('GET', path).then(({ body }) => mappings(body, 'resources'));
    groups.set(apiVersion, known);
    return known;
  };
  const collection = async (object: Json): Promise<string> => {
    const apiVersion = need(text(object, 'apiVersion'), `apiVersion of ${nameOf(object)}`);
    const kinds = (await resources(apiVersion)).filter((kind) => !(text(kind, 'name') ?? '/').includes('/'));
    const kind = kinds.find((candidate) => candidate.kind === object.kind);
    const plural = text(kind, 'name');
    if (plural === undefined) groups.delete(apiVersion);
    const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const named = need(plural, `${apiVersion} ${text(object, 'kind')} on the API server`);
    if (kind?.namespaced !== true) return `${base}/${named}`;
    const namespace = need(text(object, 'metadata', 'namespace'), `metadata.namespace of ${nameOf(object)}`);
    return `${base}/namespaces/${namespace}/${named}`;
  };
  const { body } = await call('GET', '/version');
  const authority = join(cwd, 'certs', 'apiserver.crt');
  return {
    access: { host: '127.0.0.1', port, token, authority },
    version: text(body, 'gitVersion') ?? '?',
    call,
    collection,
    apply: async (object, { dryRun = false } = {}) => {
      const name = need(text(object, 'metadata', 'name'), `metadata.name of a ${text(object, 'kind')}`);
      const query = `fieldManager=kustomize-controller&fieldValidation=Strict&force=true${dryRun ? '&dryRun=All' : ''}`;
      const path = `${await collection(object)}/${encodeURIComponent(name)}?${query}`;
      // JSON is YAML; this is the type that says "server-side apply".
      return call('PATCH', path, object, 'application/apply-patch+yaml');
    },
  };
}
