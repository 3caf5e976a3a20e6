import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PathMatch } from '../../src/topology/topology.ts';
import { renderedOf, stackFrom } from '../stacks.ts';
import { need, number, text } from './harness/json.ts';
import { type PodNetwork, podNetwork } from './harness/network.ts';
import { type Running, run, runFolder, start, sweepWhenDone, until } from './harness/programs.ts';
import { debian } from './tools/debian.ts';

sweepWhenDone();

const PORTS = {
  synapse: 30808,
  'well-known': 30809,
  element: 30810,
  'lk-jwt-service': 30811,
  livekit: 30812,
  'jitsi-web': 30813,
} as const;

const stack = stackFrom(`
schema: 1
serverName: example.org
expose: {public: {via: own-proxy, ownProxy: {address: 127.0.0.1, ports: ${JSON.stringify(PORTS)}}}}
synapse: {uploadLimit: 2M}
element: {}
livekit: {}
jitsi: {access: anyone}
callNodes: {addresses: {public: 198.51.100.7}}
`);
const summary = need(renderedOf(stack).files.get('test/SUMMARY.md'), 'SUMMARY.md');
const hosts = [...new Set(stack.topology.routes.map(({ host }) => host))];

/** The lines that SUMMARY.md has for a proxy. */
function lines(language: string): string {
  const block = new RegExp(`^(\`{3,})${language}\\n([\\s\\S]*?)^\\1$`, 'm').exec(summary);
  return need(block?.[2], `a block of ${language}`);
}

interface Asked {
  readonly host: string;
  readonly lines: readonly string[];
}

interface Proxy {
  readonly running: Running;
  readonly port: number;
  readonly how: 'plain' | 'tls';
}

const PROXIES: Readonly<Record<string, (folder: string, network: PodNetwork) => Promise<Proxy>>> = {
  nginx: async (folder, network) => {
    await debian('nginx', 'openssl');
    let text = lines('nginx').replaceAll(/^ *listen \[::\]:.*\n/gm, '');
    for (const host of hosts) {
      const [key, certificate] = [`${folder}/${host}.key`, `${folder}/${host}.crt`];
      await run('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-keyout', key, '-out', certificate, '-subj', `/CN=${host}`],
      ]);
      text = text
        .replaceAll(`/etc/ssl/${host}/fullchain.pem`, certificate)
        .replaceAll(`/etc/ssl/${host}/privkey.pem`, key);
    }
    const config = join(folder, 'nginx.conf');
    writeFileSync(
      config,
      `daemon off;\nuser root;\npid ${folder}/nginx.pid;\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\nclient_body_temp_path ${folder}/body;\nproxy_temp_path ${folder}/proxy;\n${text}}\n`,
    );
    const checked = network.inside(['nginx', '-t', '-c', config]);
    await run(checked[0] ?? '', checked.slice(1));
    const [command = '', ...args] = network.inside(['nginx', '-c', config]);
    return { running: start('nginx', command, args), port: 443, how: 'tls' };
  },
  caddyfile: async (folder, network) => {
    await debian('caddy');
    const config = join(folder, 'Caddyfile');
    // Without its own certificates, which it would ask the Internet for.
    const sites = lines('caddyfile').replaceAll(/^(\S+) \{$/gm, 'http://$1 {');
    writeFileSync(config, `{\n\tadmin off\n\tauto_https off\n}\n${sites}`);
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    await run('caddy', ['validate', '--config', config, '--adapter', 'caddyfile'], { env });
    const words = ['caddy', 'run', '--config', config, '--adapter', 'caddyfile'];
    const [command = '', ...args] = network.inside(words);
    return { running: start('caddy', command, args, { env }), port: 80, how: 'plain' };
  },
};

/** Requests that a route is for: of a beginning, something below it. */
function asked(match: PathMatch): readonly string[] {
  if (match.kind === 'all') return ['/', '/anything/below'];
  return match.kind === 'exact' ? match.paths : match.paths.map((path) => `${path.replace(/\/$/, '')}/below`);
}

/** What the backend saw, or the status of an answer that is the proxy's own. */
function seen(answer: string): unknown {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const body = rest.join('');
  const status = Number(/^HTTP\/1\.1 ([0-9]+)/.exec(head)?.[1]);
  const json = /\{.*\}/s.exec(body)?.[0];
  return status === 200 && json !== undefined ? JSON.parse(json) : { status };
}

describe.each(Object.entries(PROXIES))('the lines for %s in SUMMARY.md', (_language, serve) => {
  let network: PodNetwork;
  let proxy: Proxy;
  let upstream: Running;

  const raw = async (all: readonly Asked[]): Promise<readonly string[]> => {
    const program = fileURLToPath(new URL('./harness/raw-requests.mjs', import.meta.url));
    const [command = '', ...args] = network.inside([
      process.execPath,
      program,
      String(proxy.port),
      proxy.how,
    ]);
    return JSON.parse(await run(command, args, { input: JSON.stringify(all) }));
  };
  const get = (host: string, path: string, headers: readonly string[] = []): Asked => ({
    host,
    lines: [`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers],
  });

  beforeAll(async () => {
    network = await podNetwork();
    const folder = runFolder('own-proxy');
    mkdirSync(join(folder, 'logs'), { recursive: true });
    const program = fileURLToPath(new URL('./harness/upstream.mjs', import.meta.url));
    const ports = Object.values(PORTS).map(String);
    const [command = '', ...args] = network.inside([process.execPath, program, ...ports]);
    upstream = start('programs', command, args);
    await until('listen', upstream, 10, () => (upstream.log().includes('ready 30813') ? true : undefined));
    proxy = await serve(folder, network);
    await until('answer', proxy.running, 20, async () =>
      (await raw([get('element.example.org', '/')]))[0]?.startsWith('HTTP/1.1 200') === true
        ? true
        : undefined,
    );
  });
  afterAll(async () => {
    await proxy.running.stop();
    await upstream.stop();
  });

  test('lead every path of the topology to its Service', async () => {
    const all = stack.topology.routes.flatMap(({ host, match, to }) =>
      asked(match).map((path) => ({ host, path, service: to.service })),
    );
    expect(all.length).toBeGreaterThan(10);
    const answers = await raw(all.map(({ host, path }) => get(host, path)));
    const ports: Readonly<Record<string, number>> = PORTS;
    expect(answers.map((one) => number(seen(one), 'upstream'))).toEqual(
      all.map(({ service }) => ports[service]),
    );
  });

  test('lead nobody past the paths', async () => {
    const paths = [
      '/_synapse/admin/v1/users',
      '/_matrix/../_synapse/admin/v1/users',
      '/_matrix/%2e%2e/_synapse/admin/v1/users',
      '/_matrix/..%2f_synapse/admin/v1/users',
      '/metrics',
      '/',
    ];
    const answers = await raw(paths.map((path) => get('matrix.example.org', path)));
    for (const answer of answers) expect(number(seen(answer), 'status')).toBeGreaterThanOrEqual(400);
  });

  test('pass addresses on as they came', async () => {
    const paths = [
      '/_matrix/client/v3/rooms/%21a%2Fb%3Aexample.org/state?x=%2F',
      '/_matrix/client/v3/directory/room/%23a%25b%3Aexample.org',
      '/_matrix/media/v3/download/example.org//a',
    ];
    const answers = await raw(paths.map((path) => get('matrix.example.org', path)));
    expect(answers.map((one) => text(seen(one), 'url'))).toEqual(paths);
  });

  test("overwrite what a visitor claims about the visitor's address", async () => {
    const claims = ['X-Forwarded-For: 192.0.2.66', 'X-Forwarded-Proto: gopher'];
    const [answer = ''] = await raw([get('matrix.example.org', '/_matrix/client/versions', claims)]);
    const headers = seen(answer);
    expect(text(headers, 'headers', 'x-forwarded-for')).toBe('127.0.0.1');
    expect(text(headers, 'headers', 'x-forwarded-proto')).toBe(proxy.how === 'tls' ? 'https' : 'http');
    expect(text(headers, 'headers', 'host')).toBe('matrix.example.org');
    expect(answer).toMatch(/^strict-transport-security: max-age=31536000\r?$/im);
  });

  test('carry WebSockets', async () => {
    const [answer = ''] = await raw([
      {
        host: 'rtc.example.org',
        lines: [
          'GET /rtc/v1?a=%2F HTTP/1.1',
          'Host: rtc.example.org',
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ],
      },
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toContain('upgraded 30812 /rtc/v1?a=%2F');
  });

  test('take an upload up to the limit, which nginx needs to know', async () => {
    const upload = (bytes: number): Asked => ({
      host: 'matrix.example.org',
      lines: [
        'POST /_matrix/media/v3/upload HTTP/1.1',
        'Host: matrix.example.org',
        'Connection: close',
        `Content-Length: ${bytes}`,
        '',
        'x'.repeat(bytes),
      ],
    });
    const [below = '', above = ''] = await raw([upload(2 * 1024 * 1024 - 8), upload(3 * 1024 * 1024)]);
    expect(number(seen(below), 'upstream')).toBe(PORTS.synapse);
    // Caddy leaves the limit to Synapse.
    expect(/^HTTP\/1\.1 413/.test(above)).toBe(proxy.how === 'tls');
  });
});
