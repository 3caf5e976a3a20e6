import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { makeCertificate, rsaKeys } from '../secrets/x509.ts';

/** Making keys takes a while. */
const keys = rsaKeys();

/** The server's certificate, which is its own authority. */
export const SERVER = makeCertificate({ keys, hosts: ['localhost', 'api.test'] });
/** The only client certificate that the server knows. */
export const CLIENT = makeCertificate({ keys });
export const CLIENT_KEY = String(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** A request as it came. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Whether it came with {@link CLIENT}. */
  readonly certified: boolean;
}

/** A port that listens. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return address.port;
}

/** The API server of a test. */
export interface FakeApiServer {
  readonly url: () => string;
  readonly seen: Seen[];
  /** What it answers; set back after each test. */
  answer: (seen: Seen, response: ServerResponse) => void;
}

/** Listens while the tests of a file run. */
export function useApiServer(): FakeApiServer {
  const nothing = (_: Seen, response: ServerResponse): void => void response.writeHead(404).end();
  const fake: FakeApiServer = { url: () => `https://localhost:${portOf(server)}`, seen: [], answer: nothing };
  const server: Server = createServer(
    {
      key: CLIENT_KEY,
      cert: SERVER.pem,
      ca: CLIENT.pem,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { socket } = request;
        const seen = {
          method: request.method ?? '',
          url: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          certified: socket instanceof TLSSocket && socket.authorized,
        };
        fake.seen.push(seen);
        fake.answer(seen, response);
      });
    },
  );
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterEach(() => {
    fake.seen.length = 0;
    fake.answer = nothing;
    server.closeAllConnections();
  });
  afterAll(() => void server.close());
  return fake;
}

/** A computer with a checkout on it, and a home folder outside of that. */
export interface Computer {
  /** Everything is below. */
  readonly top: () => string;
  /** A checkout. */
  readonly repository: () => string;
  /** The folder in it that the command runs in. */
  readonly here: () => string;
  readonly home: () => string;
  /** Writes a file below the top. */
  readonly put: (path: string, text: string, mode?: number) => string;
}

/** Another one for each test. */
export function useComputer(): Computer {
  let top = '';
  beforeEach(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), 'cluster-')));
    mkdirSync(join(top, 'repository/deep/er'), { recursive: true });
    mkdirSync(join(top, 'repository/.git'));
    mkdirSync(join(top, 'home/.kube'), { recursive: true });
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));
  return {
    top: () => top,
    repository: () => join(top, 'repository'),
    here: () => join(top, 'repository/deep/er'),
    home: () => join(top, 'home'),
    put: (path, text, mode = 0o644) => {
      const file = join(top, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      chmodSync(file, mode);
      return file;
    },
  };
}

/** A kubeconfig with one context, named `home`. JSON is YAML. */
export function kubeconfig(cluster: object, user: object, more: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'home',
    contexts: [{ name: 'home', context: { cluster: 'home', user: 'me' } }],
    clusters: [{ name: 'home', cluster }],
    users: [{ name: 'me', user }],
    ...more,
  });
}
