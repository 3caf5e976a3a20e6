import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClusterProblem } from '../../src/cluster/problem.ts';
import {
  type AskOptions,
  type Controller,
  fetchCertificates,
  rotate,
} from '../../src/cluster/sealed-secrets-controller.ts';
import type { SealedValues } from '../../src/secrets/sealed-secrets/manifest.ts';
import { makeCertificate } from '../secrets/x509.ts';
import { base64, kubeconfig, SERVER, type Seen, useApiServer, useComputer } from './fake-api-server.ts';

const { pem } = makeCertificate();

/** What sealing gives, as far as lengths tell. */
function sealedLike(fill: number): string {
  const bytes = Buffer.alloc(2 + 512 + 20, fill);
  bytes.writeUInt16BE(512);
  return bytes.toString('base64');
}

const values: SealedValues = {
  namespace: 'app-matrix',
  name: 'synapse-secrets',
  scope: 'strict',
  encryptedData: { a: sealedLike(1), 'b.c': sealedLike(2) },
};
const anew = { a: sealedLike(3), 'b.c': sealedLike(4) };
/** As the controller answers: without kind and apiVersion. */
const answer = (encryptedData: unknown, name = 'synapse-secrets'): string =>
  JSON.stringify({
    metadata: { name, namespace: 'app-matrix', annotations: {} },
    spec: { template: { metadata: {} }, encryptedData },
  });

/** The problem that a call ends with. */
async function problemOf(call: Promise<unknown>): Promise<ClusterProblem> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ClusterProblem) return error;
  throw new Error(`no ClusterProblem: ${String(error)}`);
}

describe('over a URL', () => {
  let server: Server;
  let url = '';
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  beforeAll(async () => {
    server = createServer((request, response) => handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no address');
    url = `http://127.0.0.1:${address.port}`;
  });
  afterEach(() => server.closeAllConnections());
  afterAll(() => server.close());

  const fetched = (options: AskOptions = {}) => fetchCertificates({ url }, options);

  it.each(['', '/', '/some/proxy/'])('fetches certificates below "%s"', async (path) => {
    const seen: string[] = [];
    handle = ({ method, url: asked }, response) => {
      seen.push(`${method} ${asked}`);
      response.end(pem);
    };
    const certificates = await fetchCertificates({ url: `${url}${path}` });
    expect(certificates.map((it) => it.pem)).toEqual([pem]);
    expect(seen).toEqual([`GET ${path.replace(/\/$/, '')}/v1/cert.pem`]);
  });

  it('sends names and sealed values, and nothing else, and takes only sealed values', async () => {
    let body = '';
    const seen: unknown[] = [];
    handle = (request, response) => {
      seen.push(request.method, request.url, request.headers['content-type']);
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => response.end(answer(anew)));
    };
    expect(await rotate({ url }, { ...values, scope: 'namespace-wide' })).toEqual(anew);
    expect(seen).toEqual(['POST', '/v1/rotate', 'application/json']);
    // The controller takes one for the other, and writes a warning when they differ.
    const metadata = {
      namespace: 'app-matrix',
      name: 'synapse-secrets',
      annotations: { 'sealedsecrets.bitnami.com/namespace-wide': 'true' },
    };
    expect(JSON.parse(body)).toEqual({
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata,
      spec: { encryptedData: values.encryptedData, template: { metadata } },
    });
  });

  it.each([
    ['another Secret', answer(anew, 'other')],
    ['a key less', answer({ a: anew.a })],
    ['a key more', answer({ ...anew, d: anew.a })],
    ['another key', answer({ a: anew.a, d: anew.a })],
    ['a value in plain', answer({ ...anew, a: 'aHVudGVyMg==' })],
    ['no values', answer(undefined)],
    ['a web page', '<html>log in</html>'],
    ['a list', '[]'],
  ])('takes no answer with %s', async (_, text) => {
    handle = (_request, response) => response.end(text);
    const { kind, message } = await problemOf(rotate({ url }, values));
    expect(kind).toBe('unexpected');
    expect(message).not.toContain('aHVudGVyMg==');
  });

  it('waits when the controller asks for patience, and gives up when the time is over', async () => {
    let count = 0;
    handle = (_request, response) => {
      count += 1;
      if (count <= 2) response.writeHead(429, { 'retry-after': '0' }).end('limit exceeded');
      else response.end(answer(anew));
    };
    expect(await rotate({ url }, values)).toEqual(anew);
    expect(count).toBe(3);
    handle = (_request, response) => response.writeHead(429, { 'retry-after': '9' }).end();
    expect((await problemOf(rotate({ url }, values, { timeout: 5000 }))).kind).toBe('busy');
  });

  it.each([
    [301, 'unexpected'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [500, 'refused'],
    [503, 'unreachable'],
  ])('takes no answer %i', async (status, kind) => {
    handle = (_request, response) => response.writeHead(status, { location: '/elsewhere' }).end(pem);
    const problem = await problemOf(fetched());
    expect(problem.kind).toBe(kind);
    expect(problem.message).toContain(`${url}/v1/cert.pem`);
  });

  it('says what it means when values cannot be opened', async () => {
    handle = (_request, response) => response.writeHead(500).end();
    const { kind, message } = await problemOf(rotate({ url }, values));
    expect(kind).toBe('refused');
    expect(message).toContain('app-matrix/synapse-secrets');
    for (const sealed of Object.values(values.encryptedData)) expect(message).not.toContain(sealed);
  });

  it.each([
    ['a web page', '<!doctype html><html>log in</html>', 'a web page'],
    ['nothing', '', 'no certificate'],
  ])('tells %s from a certificate', async (_, text, said) => {
    handle = (_request, response) => response.end(text);
    const { kind, message } = await problemOf(fetched());
    expect(kind).toBe('unexpected');
    expect(message).toContain(said);
  });

  it('stops reading what is too large', async () => {
    let written = 0;
    handle = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && written < 50_000_000) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536, 'A'))) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    };
    expect((await problemOf(fetched())).kind).toBe('too-large');
    expect(written).toBeLessThan(25_000_000);
  });

  it('gives up on what never ends', async () => {
    handle = (_request, response) => {
      response.write(pem.slice(0, 100));
    };
    expect((await problemOf(fetched({ timeout: 200 }))).kind).toBe('timeout');
  });

  it('tells when the connection breaks off', async () => {
    handle = (_request, response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.write(pem.slice(0, 100), () => response.destroy());
    };
    expect((await problemOf(fetched())).kind).toBe('unreachable');
  });

  it('tells when nothing listens', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const address = closed.address();
    await new Promise((resolve) => closed.close(resolve));
    const port = typeof address === 'object' && address !== null ? address.port : 1;
    const { kind, message } = await problemOf(fetchCertificates({ url: `http://127.0.0.1:${port}` }));
    expect(kind).toBe('unreachable');
    expect(message).toContain('ECONNREFUSED');
  });

  it.each(['', 'localhost:8080', 'file:///etc/passwd', 'http://user:hunter2@localhost:8080'])(
    'takes no URL like "%s", and repeats no password',
    async (bad) => {
      const { kind, message } = await problemOf(fetchCertificates({ url: bad }));
      expect(kind).toBe('bad-address');
      expect(message).not.toContain('hunter2');
    },
  );
});

describe('through the API server', () => {
  const computer = useComputer();
  const api = useApiServer();
  const service: Controller = { namespace: 'flux-system', name: 'sealed-secrets-controller' };
  const base = '/api/v1/namespaces/flux-system/services';
  let options: AskOptions = {};
  beforeEach(() => {
    const cluster = { server: api.url(), 'certificate-authority-data': base64(SERVER.pem) };
    computer.put('home/.kube/config', kubeconfig(cluster, { token: 'secret-token' }));
    options = { environment: { HOME: computer.home() }, here: computer.here() };
  });

  /** Answers for the Service with one port of that name, and everything else as given. */
  function withPort(port: object, then: (seen: Seen, response: ServerResponse) => void): void {
    api.answer = (seen, response) => {
      if (seen.url.endsWith('/services/sealed-secrets-controller')) {
        response.end(JSON.stringify({ spec: { ports: [port] } }));
      } else then(seen, response);
    };
  }
  /** Answers as an API server does that refuses. */
  function refusing(code: number, message: string): void {
    api.answer = (_, response) =>
      void response.writeHead(code).end(JSON.stringify({ kind: 'Status', code, message }));
  }

  it.each([
    ['http', { name: 'http', port: 8080 }],
    ['', { port: 8080 }],
  ])('fetches over the port "%s", by the path that kubeseal takes', async (name, port) => {
    withPort(port, (_, response) => void response.end(pem));
    const certificates = await fetchCertificates({ ...service, context: 'home' }, options);
    expect(certificates.map((it) => it.pem)).toEqual([pem]);
    expect(api.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${base}/sealed-secrets-controller`,
      `GET ${base}/http:sealed-secrets-controller:${name}/proxy/v1/cert.pem`,
    ]);
  });

  it('posts sealed values', async () => {
    withPort({ name: 'http' }, (_, response) => void response.end(answer(anew)));
    expect(await rotate(service, values, options)).toEqual(anew);
    expect(api.seen[1]).toMatchObject({
      method: 'POST',
      url: `${base}/http:sealed-secrets-controller:http/proxy/v1/rotate`,
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret-token' },
    });
    expect(JSON.parse(api.seen[1]?.body ?? '')).toMatchObject({
      spec: { encryptedData: values.encryptedData },
    });
  });

  it.each([
    [401, 'Unauthorized', 'unauthorized'],
    [403, 'services "x" is forbidden: User "y" cannot get it', 'forbidden'],
    [404, 'services "x" not found', 'not-found'],
    [503, 'no endpoints available for service "x"', 'unreachable'],
    [504, 'context deadline exceeded', 'timeout'],
    [500, 'an error on the server', 'refused'],
    [302, 'log in', 'unexpected'],
  ])('understands %i, and says what the API server says', async (code, message, kind) => {
    refusing(code, message);
    const problem = await problemOf(fetchCertificates(service, options));
    expect(problem.kind).toBe(kind);
    expect(problem.message).toContain(`(${code}: ${message})`);
    expect(problem.message).toContain('Service flux-system/sealed-secrets-controller');
    expect(problem.remedy).not.toBe('');
  });

  it('repeats no control characters, and nothing that is no answer of an API server', async () => {
    refusing(500, 'error: \u001b[2Jwhat');
    expect((await problemOf(fetchCertificates(service, options))).message).not.toContain('\u001b');
    api.answer = (_, response) => void response.writeHead(500).end('<html>hunter2</html>');
    expect((await problemOf(fetchCertificates(service, options))).message).not.toContain('hunter2');
  });

  it('waits when the controller asks for patience', async () => {
    let count = 0;
    withPort({ name: 'http' }, (_, response) => {
      count += 1;
      if (count === 1) response.writeHead(429, { 'retry-after': '0' }).end();
      else response.end(answer(anew));
    });
    expect(await rotate(service, values, options)).toEqual(anew);
    expect(api.seen).toHaveLength(3);
  });

  it('ends what hangs, and what says too much', async () => {
    api.answer = () => {};
    expect((await problemOf(fetchCertificates(service, { ...options, timeout: 300 }))).kind).toBe('timeout');
    withPort({ name: 'http' }, (_, response) => void response.end(Buffer.alloc(300_000, 'A')));
    expect((await problemOf(fetchCertificates(service, options))).kind).toBe('too-large');
  });

  it.each([['[]'], ['{"spec":{"ports":[]}}'], ['{"spec":{"ports":[{"name":"../../x"}]}}']])(
    'takes no Service like %s',
    async (text) => {
      api.answer = (_, response) => void response.end(text);
      expect((await problemOf(fetchCertificates(service, options))).kind).toBe('unexpected');
      expect(api.seen).toHaveLength(1);
    },
  );

  it.each([{ name: 'a/../b' }, { namespace: '' }, { name: '-x' }, { namespace: 'A' }])(
    'takes no address like %j',
    async (part) => {
      expect((await problemOf(fetchCertificates({ ...service, ...part }, options))).kind).toBe('bad-address');
      expect(api.seen).toEqual([]);
    },
  );
});
