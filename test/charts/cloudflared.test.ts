import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { cloudflaredConfig } from '../../charts/entrances/cloudflared/config.ts';
import { loadVersions } from '../../charts/stack/load.ts';
import { list, text, valueAt } from '../../src/plain/data.ts';
import { plainText } from '../../src/plain/phrase.ts';
import { exposure } from '../../src/rules/exposure.ts';
import { warnings } from '../../src/texts/warnings.ts';
import { listeners, type Route, routeEnd } from '../../src/topology/topology.ts';
import { dig, objectOf, renderedOf, stackFrom } from '../stacks.ts';

const stack = stackFrom(`
schema: 1
serverName: example.org
expose:
  public:
    via: cloudflared
    cloudflared:
      tunnel: 6ff42ae2-765d-4adf-8112-31c55c1551ef
      credentials: {fromSecret: tunnel, key: credentials.json}
      zone: example.org
element: {}
livekit: {}
callNodes: {addresses: {public: 198.51.100.7}}
secrets: {own: {tunnel: {credentials.json: {}}}}
`);

const OWN = {
  tunnel: '6ff42ae2-765d-4adf-8112-31c55c1551ef',
  credentials: { secret: 'tunnel', key: 'credentials.json' },
  zone: 'example.org',
  edgeCertificate: 'universal',
  protocol: 'auto',
} as const;

/**
 * Where cloudflared sends a request: to the first rule whose host is the same and whose path, a regular expression of
 * Go, is found in the decoded path. Its Go module cannot be had, so this says again what its source says.
 *
 * @see https://github.com/cloudflare/cloudflared (ingress/rule.go Matches, ingress/ingress.go FindMatchingRule, proxy/proxy.go ProxyHTTP)
 */
function answering(rules: readonly unknown[], host: string, path: string): string {
  const found = rules.find((rule) => {
    const hostname = text(valueAt(rule, ['hostname']));
    const pattern = text(valueAt(rule, ['path']));
    const isHost = hostname === undefined || hostname === host;
    return isHost && (pattern === undefined || new RegExp(pattern).test(decodeURIComponent(path)));
  });
  return text(valueAt(found, ['service'])) ?? 'nobody';
}

const config = load(String(dig(objectOf(stack, 'ConfigMap', 'cloudflared-config'), 'data', 'config.yaml')));
const rules = list(valueAt(config, ['ingress']));

describe('cloudflared', () => {
  it.each([
    ['matrix.example.org', '/_matrix/client/versions', 'synapse.test:8008'],
    ['matrix.example.org', '/_matrix/client/v3/rooms/!a%2Fb:example.org/state', 'synapse.test:8008'],
    ['matrix.example.org', '/_matrix/federation/v1/query/directory', 'synapse.test:8008'],
    ['matrix.example.org', '/_synapse/client/pick_idp', 'synapse.test:8008'],
    ['matrix.example.org', '/_synapse/admin/v1/users', '404'],
    ['matrix.example.org', '/_synapse/clientele', '404'],
    ['matrix.example.org', '/x/_matrix/client/versions', '404'],
    ['matrix.example.org', '/_matrixed/client', '404'],
    ['matrix.example.org', '/', '404'],
    ['matrix.example.org', '/metrics', '404'],
    ['example.org', '/.well-known/matrix/server', 'well-known.test:80'],
    ['example.org', '/xwell-known/matrix/server', '404'],
    ['example.org', '/_matrix/federation/v1/openid/userinfo', 'synapse.test:8008'],
    ['example.org', '/_matrix/federation/v1/openid/userinfo/x', '404'],
    ['example.org', '/_matrix/client/versions', '404'],
    ['element.example.org', '/anything/at/all', 'element.test:80'],
    ['rtc.example.org', '/sfu/get', 'lk-jwt-service.test:8080'],
    ['rtc.example.org', '/sfu/get/x', '404'],
    ['rtc.example.org', '/rtc/v1', 'livekit.test:7880'],
    ['rtc.example.org', '/twirp/livekit.RoomService/ListRooms', 'livekit.test:7880'],
    ['rtc.example.org', '/twirp/livekitXRoomService/ListRooms', '404'],
    ['other.example.org', '/_matrix/client/versions', '404'],
  ])('sends %s%s to %s', (host, path, to) => {
    const [, name, port] = /^(.*?)(?::([0-9]+))?$/.exec(to) ?? [];
    const wanted = to === '404' ? 'http_status:404' : `http://${name}.svc.cluster.local:${port}`;
    expect(answering(rules, host, path)).toBe(wanted);
  });

  it('ends with a rule for everything, without which it does not start', () => {
    expect(rules.at(-1)).toEqual({ service: 'http_status:404' });
    expect(rules.slice(0, -1).every((rule) => valueAt(rule, ['hostname']) !== undefined)).toBe(true);
  });

  it('tries routes in the order of the topology, with regular expressions as they are', () => {
    const [first] = stack.topology.routes;
    if (first === undefined) throw new Error('no route');
    const route = (rank: number, match: Route['match']): Route => ({ ...first, rank, match });
    const given = [
      route(20, { kind: 'regex', paths: ['^/a/sync$', '^/b$'] }),
      route(10, { kind: 'exact', paths: ['/a.b'] }),
    ];
    const { ingress } = Object(cloudflaredConfig(OWN, stack.topology, given));
    expect(list(ingress).map((rule) => valueAt(rule, ['path']))).toEqual([
      '(^/a/sync$)|(^/b$)',
      '^/a\\.b$',
      undefined,
    ]);
  });

  it('has a flow to everybody that it leads to, and to Cloudflare, and to nobody else', () => {
    const ends = new Set(
      stack.topology.routes.flatMap((route) => routeEnd(stack.topology, route).workloads.map(({ id }) => id)),
    );
    const { topology } = stack;
    const to = topology.flows
      .filter(({ from }) => from === 'cloudflared')
      .flatMap((flow) => listeners(topology, flow.to).map(({ id }) => id));
    expect(new Set(to)).toEqual(new Set([...ends, 'cloudflare']));
  });

  it('says what Cloudflare limits, and reads the credentials of one Secret', () => {
    expect(warnings(stack).map(plainText)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^The tunnel carries plain HTTP as well as HTTPS/)]),
    );
    const [secret] = stack.secrets.filter(({ name }) => name === 'tunnel');
    expect(secret?.keys.map(({ readers }) => readers)).toEqual([['cloudflared']]);
    const larger = stackFrom(
      `schema: 1\nserverName: example.org\nexpose: {public: {via: cloudflared, cloudflared: {tunnel: ${OWN.tunnel}, credentials: {fromSecret: t, key: k}, zone: example.org}}}\nsynapse: {uploadLimit: 200M}\nsecrets: {own: {t: {k: {}}}}\n`,
    );
    expect(warnings(larger).map(plainText)).toContain(
      'Cloudflare refuses requests above 100 MB on most plans; synapse.uploadLimit is 200M.',
    );
  });

  it('is read by the rules as what it passes on', () => {
    const files = renderedOf(stack).objects;
    const { routes } = exposure(files, files);
    expect(routes).toHaveLength(stack.topology.routes.length);
    const synapse = routes.find(({ match }) => match.startsWith('matrix.example.org ^(/_matrix/'));
    expect(synapse).toMatchObject({ hosts: ['matrix.example.org'], to: 'test/synapse:8008' });
    expect(synapse?.passes('matrix.example.org', '/_matrix/client')).toBe(true);
    expect(synapse?.passes('matrix.example.org', '/_synapse/admin')).toBe(false);
  });
});

describe('the image of cloudflared', () => {
  const codes = (tag: string): readonly string[] =>
    loadVersions(
      'versions.yaml',
      `cloudflared: {repository: docker.io/cloudflare/cloudflared, tag: ${tag}}\n`,
    ).diagnostics.map(({ code, what }) => `${code} ${what}`);

  it('is refused where it decodes paths on the way, or is older than Cloudflare supports', () => {
    expect(codes('2026.8.2')).toEqual([]);
    expect(codes('2026.8.1')).toEqual([
      expect.stringContaining('MG034 "2026.8.1" does not work for cloudflared: it decodes %2F'),
    ]);
    expect(codes('2024.12.2')).toEqual([expect.stringContaining('MG034 "2024.12.2" is older')]);
  });
});
