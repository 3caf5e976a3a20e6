import { describe, expect, it } from 'vitest';
import { entrances } from '../../charts/entrances/index.ts';
import { GUESSED_PATHS } from '../../charts/synapse/guessed-paths.ts';
import { plainText } from '../../src/plain/phrase.ts';
import { render } from '../../src/render/render.ts';
import { warnings } from '../../src/texts/warnings.ts';
import { dig, digList, objectOf, objectsOf, stackFrom } from '../stacks.ts';

/** A stack that is public by Traefik, with more written at the door. */
const publicWith = (more: string) =>
  stackFrom(`
schema: 2
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}, ${more}}}
element: {}
`);

const THROUGH = `
schema: 2
serverName: example.org
expose:
  public:
    via: tunnel
    tunnel: {name: main, zone: example.org}
    through: {traefik: {entryPoint: inner, address: "http://traefik.traefik.svc:8000"}}
    rateLimit: {}
  lan: {tls: {issuer: {name: home-ca}}, names: {synapse: matrix.home.arpa}}
element: {}
`;

const kinds = (stack: ReturnType<typeof stackFrom>, kind: string) =>
  objectsOf(stack).filter(({ manifest }) => manifest.kind === kind);

describe('expose.*.redirect', () => {
  const redirect = objectOf(publicWith('redirect: true'), 'IngressRoute', 'redirect-public');

  it('redirects each host of the door once, at the entry point of plain HTTP, and leads nowhere', () => {
    expect(dig(redirect, 'spec', 'entryPoints')).toEqual(['web']);
    expect(dig(redirect, 'spec', 'tls')).toBeUndefined();
    const routes = digList(redirect, 'spec', 'routes');
    expect(routes.map((one) => /Host\(`([^`]+)`\)/.exec(String(dig(one, 'match')))?.[1])).toEqual([
      'matrix.example.org',
      'example.org',
      'element.example.org',
    ]);
    for (const one of routes) {
      expect(dig(one, 'services', 0)).toEqual({ kind: 'TraefikService', name: 'noop@internal' });
      expect(dig(one, 'middlewares')).toEqual([{ name: 'redirect-to-https' }]);
    }
  });

  it('leaves the challenges of ACME alone', () => {
    for (const one of digList(redirect, 'spec', 'routes')) {
      expect(dig(one, 'match')).toContain(' && !PathPrefix(`/.well-known/acme-challenge/`)');
    }
  });

  it('is off unless it is written, and SUMMARY.md says then that nobody redirects', () => {
    const off = publicWith('redirect: false');
    expect(kinds(off, 'IngressRoute').map(({ manifest }) => manifest.metadata.name)).not.toContain(
      'redirect-public',
    );
    const said = (more: string) =>
      warnings(publicWith(more))
        .map(plainText)
        .some((one) => one.includes('Nothing rendered here answers on port 80'));
    expect([said('redirect: false'), said('redirect: true')]).toEqual([true, false]);
  });
});

describe('expose.*.rateLimit', () => {
  it('limits the paths at which strangers guess, before every other route of the host', () => {
    const stack = publicWith('rateLimit: {requests: 5, per: 2m, burst: 3}');
    const routes = digList(objectOf(stack, 'IngressRoute', 'synapse-public'), 'spec', 'routes');
    const limited = routes.filter((one) => JSON.stringify(dig(one, 'middlewares')).includes('login-limit'));
    expect(limited).toHaveLength(1);
    const [first] = routes.toSorted((a, b) => Number(dig(b, 'priority')) - Number(dig(a, 'priority')));
    expect(limited[0]).toBe(first);
    expect(dig(objectOf(stack, 'Middleware', 'login-limit-public'), 'spec', 'rateLimit')).toEqual({
      average: 5,
      burst: 3,
      period: '120s',
      sourceCriterion: { ipStrategy: { ipv6Subnet: 64 } },
    });
  });

  it('counts the address that the outermost proxy has seen', () => {
    const middleware = objectOf(publicWith('rateLimit: {}, proxies: 2'), 'Middleware', 'login-limit-public');
    expect(dig(middleware, 'spec', 'rateLimit', 'sourceCriterion')).toEqual({
      ipStrategy: { depth: 2, ipv6Subnet: 64 },
    });
  });

  it.each([
    ['/_matrix/client/v3/login', true],
    ['/_matrix/client/r0/register', true],
    ['/_matrix/client/v3/register/available', true],
    ['/_matrix/client/v1/register/m.login.registration_token/validity', true],
    ['/_matrix/client/v3/account/password', true],
    ['/_matrix/client/v3/account/password/email/requestToken', true],
    ['/_matrix/client/v3/account/3pid/email/requestToken', true],
    ['/_matrix/client/v3/login/sso/redirect', false],
    ['/_matrix/client/v3/sync', false],
    ['/_matrix/client/v3/refresh', false],
    ['/_matrix/client/v3/account/whoami', false],
    ['/_matrix/client/v3/rooms/!a:b/send/m.room.message/login', false],
    ['/_matrix/federation/v1/login', false],
  ])('%s: %s', (path, isLimited) => {
    expect(GUESSED_PATHS.some((one) => new RegExp(one).test(path))).toBe(isLimited);
  });

  it('is in SUMMARY.md', () => {
    const stack = publicWith('rateLimit: {}');
    const summary = render(stack).files.get(`${stack.name}/SUMMARY.md`) ?? '';
    expect(summary).toContain('at most 30 requests in 60 seconds from one address, 15 at once');
    expect(summary).toContain('externalTrafficPolicy: Cluster');
  });
});

describe('expose.public.through', () => {
  const stack = stackFrom(THROUGH);

  it('leads each host as a whole to the proxy', () => {
    expect(digList(objectOf(stack, 'TunnelBinding', stack.name), 'subjects')).toEqual(
      [
        ['synapse', 'matrix.example.org'],
        ['synapse', 'example.org'],
        ['element', 'element.example.org'],
      ].map(([name, fqdn]) => ({ name, spec: { fqdn, target: 'http://traefik.traefik.svc:8000' } })),
    );
  });

  it('has the routes of the public door at its entry point, without TLS, and those of the local one as before', () => {
    const points = kinds(stack, 'IngressRoute').map(({ manifest }) => [
      manifest.metadata.name,
      dig(manifest, 'spec', 'entryPoints', 0),
      dig(manifest, 'spec', 'tls') !== undefined,
    ]);
    expect(points).toContainEqual(['synapse-public', 'inner', false]);
    expect(points).toContainEqual(['synapse', 'websecure', true]);
    expect(kinds(stack, 'Certificate').map(({ manifest }) => manifest.metadata.name)).toEqual([
      'synapse-tls',
    ]);
  });

  it('counts visitors by the header that the entrance in front writes', () => {
    expect(
      dig(objectOf(stack, 'Middleware', 'login-limit-public'), 'spec', 'rateLimit', 'sourceCriterion'),
    ).toEqual({ requestHeaderName: entrances.tunnel.visitorHeader });
  });

  it('is in the diagram and the tables of SUMMARY.md', () => {
    const summary = render(stack).files.get(`${stack.name}/SUMMARY.md`) ?? '';
    expect(summary).toContain(
      '  clients -->|443/tcp| tunnel\n  tunnel --> traefik\n  traefik -->|8008/tcp| synapse',
    );
    expect(summary).toContain('| Element Web | Cloudflare tunnel main, Traefik |');
    expect(summary).toContain('That entry point must not redirect to HTTPS');
    expect(summary).not.toContain('the tunnel leads straight to it');
  });
});

describe('expose.public.tunnel.others', () => {
  const stack = stackFrom(`
schema: 2
serverName: example.org
expose:
  public:
    via: tunnel
    tunnel:
      name: main
      zone: example.org
      others: [{name: second, zone: example.net}, {name: third, zone: deep.example.net, kind: Tunnel}]
element: {host: chat.example.net}
jitsi: {host: meet.deep.example.net, access: anyone}
callNodes: {addresses: {public: 198.51.100.20}}
`);

  it('has a binding for each tunnel, with the hosts of its zone, the longest of several', () => {
    const bindings = kinds(stack, 'TunnelBinding').map(({ manifest }) => [
      manifest.metadata.name,
      dig(manifest, 'tunnelRef'),
      [...new Set(digList(manifest, 'subjects').map((one) => dig(one, 'spec', 'fqdn')))],
    ]);
    expect(bindings).toEqual([
      [stack.name, { kind: 'ClusterTunnel', name: 'main' }, ['matrix.example.org', 'example.org']],
      [`${stack.name}-second`, { kind: 'ClusterTunnel', name: 'second' }, ['chat.example.net']],
      [`${stack.name}-third`, { kind: 'Tunnel', name: 'third' }, ['meet.deep.example.net']],
    ]);
  });

  it('is in the DNS table, each host with its own tunnel', () => {
    const summary = render(stack).files.get(`${stack.name}/SUMMARY.md`) ?? '';
    expect(summary).toContain('| `chat.example.net` | CNAME | the tunnel `second` |');
    expect(summary).toContain('| `matrix.example.org` | CNAME | the tunnel `main` |');
    expect(summary).toContain('Cloudflare tunnels main and second and third');
  });
});
