import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { ask, type Question, type Reply, throughWebSocket } from './harness/ask.ts';
import { type ControlPlane, controlPlane } from './harness/control-plane.ts';
import { manifestFiles, objectsOf, stacks } from './harness/dist.ts';
import { type Json, mapping, mappings, need, text } from './harness/json.ts';
import { sweepWhenDone, timed } from './harness/programs.ts';
import {
  type Asked,
  loadTraefikKinds,
  type Programs,
  routed,
  standIns,
  startTraefik,
  type Traefik,
} from './harness/traefik.ts';

sweepWhenDone();

/** Stacks whose doors go through Traefik in every way: with the settings of doors, and behind a tunnel. */
const FIXTURES = ['traefik-behind-a-proxy', 'tunnel-through-traefik'] as const;
const rendered = FIXTURES.flatMap((name) => {
  const folder = fileURLToPath(new URL(`../fixtures/rendered/${name}/`, import.meta.url));
  return manifestFiles(folder).flatMap(objectsOf);
});
const all = [...stacks().flatMap(({ objects }) => objects), ...rendered];

const MATRIX = 'matrix.example.org';
const PUBLIC = { host: MATRIX } as const;
const VERSIONS = '/_matrix/client/versions';
const LOGIN = '/_matrix/client/v3/login';
/** Bytes of an upload of 50M. */
const UPLOAD = 50 * 1024 * 1024;

let traefik: Traefik;
let programs: Programs;

beforeAll(async () => {
  const server: ControlPlane = await timed('starting the API server', controlPlane);
  await loadTraefikKinds(server);
  programs = await timed('applying the stacks', () => standIns(server, [...all, ...solver()]));
  // What SUMMARY.md says for these stacks. The proxy in front is this machine.
  const trusted = 'forwardedHeaders.trustedIPs=127.0.0.1/32';
  const patient = 'transport.respondingTimeouts.readTimeout=240s';
  traefik = await startTraefik(server, {
    web: [],
    plain: [],
    websecure: [],
    secure: [trusted, patient],
    tunnel: [trusted, patient],
  });
  await routed(traefik, async () => (await get('secure', VERSIONS)).status === 200);
});

function get(entryPoint: string, path: string, more: Partial<Question> = {}): Promise<Reply> {
  return ask({ port: traefik.port(entryPoint), ...PUBLIC, path, tls: isTls(entryPoint), ...more });
}

function isTls(entryPoint: string): boolean {
  return entryPoint.endsWith('secure');
}

/** What the program behind Traefik was asked. */
function asked(reply: Reply): Asked {
  const found: unknown = JSON.parse(reply.text);
  const headers = mapping(mapping(found).headers);
  return {
    service: text(found, 'service') ?? '',
    method: text(found, 'method') ?? '',
    url: text(found, 'url') ?? '',
    headers,
    bytes: Number(mapping(found).bytes),
  };
}

/** As from a proxy that serves this visitor. */
function from(visitor: string): Partial<Question> {
  return { method: 'POST', headers: { 'x-forwarded-for': visitor } };
}

async function statuses(count: number, one: () => Promise<Reply>): Promise<readonly number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index++) found.push((await one()).status);
  return found;
}

/** Paths that stand for a rule. */
function pathsOf(rule: string): readonly string[] {
  const named = (matcher: string): string[] =>
    [...rule.matchAll(new RegExp(`(?<!!)\\b${matcher}\\(\`([^\`]+)\`\\)`, 'g'))].map(
      ([, value = '']) => value,
    );
  const found = [...named('Path'), ...named('PathPrefix').map((path) => `${path}x`)];
  if (rule.includes('PathRegexp(')) return [LOGIN, '/_matrix/client/v3/register/available'];
  return found.length === 0 ? ['/', '/any/thing'] : found;
}

/** Middlewares that let only listed addresses in. */
const LISTS = new Set(
  all
    .filter((object) => mapping(object, 'spec').ipAllowList !== undefined)
    .map((object) => text(object, 'metadata', 'name') ?? ''),
);

describe('every rule of every IngressRoute', () => {
  const rows = all
    .filter((object) => text(object, 'kind') === 'IngressRoute')
    .flatMap((object) =>
      mappings(object, 'spec', 'routes').map((route) => ({
        name: `${text(object, 'metadata', 'namespace')}/${text(object, 'metadata', 'name')}`,
        entryPoint: need(text(object, 'spec', 'entryPoints', 0), 'an entry point'),
        certificate: text(object, 'spec', 'tls', 'secretName'),
        match: need(text(route, 'match'), 'a rule'),
        service: need(text(route, 'services', 0, 'name'), 'a Service'),
        isListed: mappings(route, 'middlewares').some((one) => LISTS.has(text(one, 'name') ?? '')),
      })),
    )
    .filter(({ service }) => !service.includes('@'));

  test.each(rows)('$name: $match', async ({ entryPoint, match, service, isListed }) => {
    const host = need(/Host\(`([^`]+)`\)/.exec(match)?.[1], 'a host');
    for (const path of pathsOf(match)) {
      if (isListed) {
        // Nobody here has a listed address: traefik-allow.test.ts comes from one.
        expect((await get(entryPoint, path, { host })).status).toBe(403);
        continue;
      }
      const reply = await get(entryPoint, path, { host, headers: { 'x-forwarded-for': '198.51.100.99' } });
      expect([path, reply.status, asked(reply).service, asked(reply).url]).toEqual([
        path,
        200,
        service,
        path,
      ]);
      expect(reply.headers['strict-transport-security']).toBe('max-age=31536000');
    }
  });

  test('leads nobody to the administration of the homeserver, nor to a host of nobody', async () => {
    for (const entryPoint of ['websecure', 'secure', 'tunnel']) {
      expect((await get(entryPoint, '/_synapse/admin/v1/users')).status).toBe(404);
      expect((await get(entryPoint, '/', { host: 'other.example.org' })).status).toBe(404);
    }
  });
});

describe('what passes', () => {
  test('an alias of a room with %23 and %2F arrives as it was sent', async () => {
    const path = '/_matrix/client/v3/directory/room/%23a%2Fb%3F%25%3Aexample.org';
    expect(asked(await get('secure', path)).url).toBe(path);
    expect(asked(await get('tunnel', path)).url).toBe(path);
  });

  test('an upload of 50M arrives whole, and its beginning while the rest has not been sent', async () => {
    const before = programs.received('synapse');
    let seenEarly = 0;
    async function* body(): AsyncGenerator<Buffer> {
      const piece = Buffer.alloc(1024 * 1024, 'x');
      yield piece;
      for (let tries = 0; tries < 100 && programs.received('synapse') === before; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      seenEarly = programs.received('synapse') - before;
      for (let sent = 1; sent < UPLOAD / piece.length; sent++) yield piece;
    }
    const headers = { 'content-length': String(UPLOAD) };
    const reply = await get('secure', '/_matrix/media/v3/upload', { method: 'POST', headers, body: body() });
    expect(asked(reply).bytes).toBe(UPLOAD);
    expect(seenEarly).toBeGreaterThan(0);
  });

  test('a WebSocket stays open through 70 seconds of silence', async () => {
    const question = { port: traefik.port('secure'), ...PUBLIC, path: '/_matrix/client/websocket' };
    expect(await throughWebSocket(question, 'still there', 70)).toContain('still there');
  });

  // Longer than the 60 seconds that Traefik gives a request to arrive, which `websecure` has by default.
  test.each(['secure', 'websecure', 'tunnel'])('an answer after 70 seconds, at %s', async (entryPoint) => {
    const slow = [
      get(entryPoint, '/_matrix/client/v3/sync?slow=70'),
      get(entryPoint, '/_matrix/client/v3/join/x?slow=70', {
        method: 'POST',
        headers: { 'content-length': '0' },
      }),
    ];
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test("Synapse learns the visitor's address from the proxy in front, and takes none from strangers", async () => {
    const headers = { 'x-forwarded-for': '203.0.113.200' };
    const told = async (entryPoint: string): Promise<string> => {
      const found = asked(await get(entryPoint, VERSIONS, { headers })).headers['x-forwarded-for'];
      return String(found).split(',')[0] ?? '';
    };
    expect(await told('secure')).toBe('203.0.113.200');
    // Nobody is trusted there.
    expect(await told('websecure')).toBe('127.0.0.1');
  });
});

describe('the redirect from plain HTTP', () => {
  test('leads to the same address by HTTPS, on exactly the hosts of the stack', async () => {
    const path = '/room/%23a?x=1';
    const found = await get('plain', path);
    expect([found.status, found.headers.location]).toEqual([301, `https://${MATRIX}${path}`]);
    expect((await get('plain', LOGIN, { method: 'POST' })).status).toBe(308);
    expect((await get('plain', '/', { host: 'matrix.home.arpa' })).headers.location).toBe(
      'https://matrix.home.arpa/',
    );
    expect((await get('plain', '/', { host: 'other.example.org' })).status).toBe(404);
    // Of a stack that does not ask for it.
    expect((await get('web', '/')).status).toBe(404);
  });

  test("leaves the challenges of ACME to cert-manager's answer, where there is one", async () => {
    const reply = await get('plain', CHALLENGE, { host: 'element.example.org' });
    expect([reply.status, asked(reply).service]).toEqual([200, 'cm-acme-http-solver']);
    expect((await get('plain', CHALLENGE)).status).toBe(404);
  });
});

describe('the limit of logins', () => {
  const login = (visitor: string): Promise<Reply> => get('secure', LOGIN, from(visitor));

  test('counts each visitor behind the proxy, on the paths of logins only', async () => {
    // 10 at once; another one is let in every 30 seconds.
    const found = await statuses(14, () => login('203.0.113.1'));
    expect(found.slice(0, 10)).toEqual(Array(10).fill(200));
    expect(found.slice(11)).toEqual([429, 429, 429]);
    expect((await login('203.0.113.2')).status).toBe(200);
    expect((await get('secure', '/_matrix/client/v3/sync', from('203.0.113.1'))).status).toBe(200);
    expect((await get('secure', '/_matrix/client/v3/login/sso/redirect', from('203.0.113.1'))).status).toBe(
      200,
    );
    // What a visitor writes into the header comes before what the proxy adds.
    expect((await login('198.51.100.7, 203.0.113.1')).status).toBe(429);
  });

  test('is an answer that browsers may read, as that of Synapse is', async () => {
    const allowed = ({ rawHeaders }: Reply): readonly string[] =>
      rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === 'access-control-allow-origin');
    const refused = await login('203.0.113.1');
    expect([refused.status, allowed(refused)]).toEqual([429, ['*']]);
    expect(allowed(await login('203.0.113.3'))).toEqual(['*']);
  });

  test('counts a network of IPv6 as one visitor', async () => {
    const found = await statuses(14, () => login('2001:db8:1:2::1'));
    expect(found.at(-1)).toBe(429);
    expect((await login('2001:db8:1:2:ffff::9')).status).toBe(429);
    expect((await login('2001:db8:1:3::1')).status).toBe(200);
  });

  test('counts visitors of the tunnel by what the tunnel says, whatever they send', async () => {
    const visit = (address: string, forged: string): Promise<Reply> =>
      get('tunnel', LOGIN, {
        method: 'POST',
        headers: { 'cf-connecting-ip': address, 'x-forwarded-for': forged },
      });
    let forged = 0;
    const found = await statuses(18, () => visit('203.0.113.1', `198.51.100.${forged++}`));
    expect(found.slice(0, 15)).toEqual(Array(15).fill(200));
    expect(found.at(-1)).toBe(429);
    expect((await visit('203.0.113.2', '198.51.100.1')).status).toBe(200);
  });
});

const CHALLENGE = '/.well-known/acme-challenge/LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0';

/** As cert-manager makes it, for one of the hosts. */
function solver(): readonly Json[] {
  const metadata = { name: 'cm-acme-http-solver', namespace: FIXTURES[0] };
  const backend = { service: { name: metadata.name, port: { number: 8089 } } };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports: [{ name: 'http', port: 8089, targetPort: 8089, protocol: 'TCP' }] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, annotations: { 'kubernetes.io/ingress.class': 'traefik' } },
      spec: {
        rules: [
          {
            host: 'element.example.org',
            http: { paths: [{ path: CHALLENGE, pathType: 'ImplementationSpecific', backend }] },
          },
        ],
      },
    },
  ];
}
