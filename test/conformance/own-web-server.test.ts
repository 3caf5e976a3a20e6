import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicStack, renderedOf } from '../stacks.ts';
import { need, text } from './harness/json.ts';
import { type PodNetwork, podNetwork } from './harness/network.ts';
import { type Running, run, runFolder, start, sweepWhenDone, until } from './harness/programs.ts';
import { debian } from './tools/debian.ts';

sweepWhenDone();

const SERVER_NAME = 'example.org';
const HOMESERVER = 'matrix.example.org';
const USERINFO = '/_matrix/federation/v1/openid/userinfo';
/** What web servers would replace, or take for the end of a text. */
const AWKWARD = `it's {host} and $host, "quoted" \\ and \`code\``;

const summary = need(
  renderedOf(
    publicStack(`
wellKnown:
  at: elsewhere
  support: {page: 'https://example.org/help', contacts: [{role: admin, email: admin@example.org}]}
  extraClient: {org.example.note: ${JSON.stringify(AWKWARD)}, m.tile_server: {map_style_url: 'https://maps.example.net/{http.request.host}'}}`),
  ).files.get('test/SUMMARY.md'),
  'SUMMARY.md',
);

/** The lines that SUMMARY.md has for a web server. */
function lines(language: string): string {
  const block = new RegExp(`^(\`{3,})${language}\\n([\\s\\S]*?)^\\1$`, 'm').exec(summary);
  return need(block?.[2], `a block of ${language}`);
}

/** The answers that SUMMARY.md asks for, by name. */
const wanted: Readonly<Record<string, unknown>> = Object.fromEntries(
  [...summary.matchAll(/^`\/\.well-known\/matrix\/(\w+)`\n\n(`{3,})json\n([\s\S]*?)^\2$/gm)].map(
    ([, name = '', , json = '']) => [name, JSON.parse(json)],
  ),
);

/** A homeserver behind HTTPS, which its own certificate vouches for, at the name that the stack gives. */
interface Surroundings {
  readonly folder: string;
  readonly network: PodNetwork;
  readonly certificate: string;
  /** Words in front of a program that finds the homeserver by its name. */
  inside(command: readonly string[]): readonly string[];
}

async function surroundings(): Promise<Surroundings> {
  await debian('openssl', 'bubblewrap');
  const folder = runFolder('web-server');
  const [key, certificate, hosts] = ['key.pem', 'certificate.pem', 'hosts'].map((name) => join(folder, name));
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-keyout', key ?? '', '-out', certificate ?? '', '-subj', `/CN=${HOMESERVER}`],
    ...['-addext', `subjectAltName=DNS:${HOMESERVER}`],
  ]);
  writeFileSync(hosts ?? '', `127.0.0.1 localhost ${HOMESERVER}\n`);
  const network = await podNetwork();
  const program = fileURLToPath(new URL('./harness/tls-upstream.mjs', import.meta.url));
  const [command = '', ...args] = network.inside([process.execPath, program, key ?? '', certificate ?? '']);
  const upstream = start('homeserver', command, args);
  await until('listen', upstream, 10, () => (upstream.log().includes('ready') ? true : undefined));
  return {
    folder,
    network,
    certificate: certificate ?? '',
    inside: (words) =>
      network.inside([
        ...[
          'bwrap',
          '--die-with-parent',
          '--unshare-pid',
          '--dev-bind',
          '/',
          '/',
          '--proc',
          '/proc',
          '--ro-bind',
          hosts ?? '',
          '/etc/hosts',
          '--',
        ],
        ...words,
      ]),
  };
}

/** A web server with its own site and the lines of SUMMARY.md in it, listening on port 8080. */
const SERVERS: Readonly<Record<string, (around: Surroundings) => Promise<Running>>> = {
  nginx: async ({ folder, inside }) => {
    await debian('nginx');
    mkdirSync(join(folder, 'logs'));
    const config = join(folder, 'nginx.conf');
    writeFileSync(
      config,
      `daemon off;
user root;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  server {
    listen 8080;
    server_name ${SERVER_NAME};
    add_header X-Site nginx always;
${lines('nginx')}
    location / { return 200 "our site\\n"; }
  }
}
`,
    );
    await run('nginx', ['-t', '-c', config]).catch((error: unknown) => {
      // The name is known in the program's own surroundings only.
      if (!String(error).includes('host not found in upstream')) throw error;
    });
    const [command = '', ...args] = inside(['nginx', '-c', config]);
    return start('nginx', command, args);
  },
  caddyfile: async ({ folder, inside, certificate }) => {
    await debian('caddy');
    const config = join(folder, 'Caddyfile');
    writeFileSync(
      config,
      `{
	admin off
	auto_https off
}
http://${SERVER_NAME}:8080 {
${lines('caddyfile')}
	respond "our site"
}
`,
    );
    const [command = '', ...args] = inside(['caddy', 'run', '--config', config, '--adapter', 'caddyfile']);
    return start('caddy', command, args, {
      env: { SSL_CERT_FILE: certificate, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    });
  },
};

describe.each(Object.entries(SERVERS))('the lines for %s in SUMMARY.md', (_language, serve) => {
  let around: Surroundings;
  let server: Running;
  const get = (path: string, method = 'GET') =>
    around.network.request(8080, path, { method, headers: { host: SERVER_NAME } });

  beforeAll(async () => {
    around = await surroundings();
    server = await serve(around);
    await until('answer', server, 20, async () => ((await get('/')).status === 200 ? true : undefined));
  });
  afterAll(() => server.stop());

  test('leave the web site where it is', async () => {
    expect((await get('/')).body).toContain('our site');
    expect((await get('/.well-known/security.txt')).body).toContain('our site');
  });

  test.each(['client', 'server', 'support'])('answer %s to any web page', async (name) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const { status, headers } = await get(`/.well-known/matrix/${name}`, method);
      expect(status).toBe(200);
      expect(headers['content-type']).toMatch(/^application\/json(;|$)/);
      expect(headers['access-control-allow-origin']).toBe('*');
    }
    expect(JSON.parse((await get(`/.well-known/matrix/${name}`)).body)).toEqual(wanted[name]);
  });

  test('keep what web servers would replace', async () => {
    const { body } = await get('/.well-known/matrix/client');
    expect(text(JSON.parse(body), 'org.example.note')).toBe(AWKWARD);
  });

  test('pass the OpenID question on to the homeserver, at its own name', async () => {
    const { status, body } = await get(`${USERINFO}?access_token=a%2Fb`);
    expect(status, body).toBe(200);
    const seen: unknown = JSON.parse(body);
    expect(text(seen, 'url')).toBe(`${USERINFO}?access_token=a%2Fb`);
    expect(text(seen, 'headers', 'host')).toBe(HOMESERVER);
    expect(text(seen, 'name')).toBe(HOMESERVER);
  });
});
