import { describe, expect, it } from 'vitest';
import { gateway } from '../../charts/entrances/gateway/declare.ts';
import { IMPLEMENTATIONS } from '../../charts/entrances/gateway/implementations.ts';
import { beyond } from '../../charts/stack/checks/routes.ts';
import { plainText } from '../../src/plain/phrase.ts';
import { exposure } from '../../src/rules/exposure.ts';
import { warnings } from '../../src/texts/warnings.ts';
import type { Route } from '../../src/topology/topology.ts';
import { withCallsIn } from '../parts.ts';
import { dig, digList, objectOf, objectsOf, renderedOf, stackFrom } from '../stacks.ts';

const CREATE = 'create: {class: eg, tls: {issuer: {name: letsencrypt}}}';
const REST =
  'element: {}\nlivekit: {}\njitsi: {access: anyone}\ncallNodes: {addresses: {public: 198.51.100.7}}\n';

function through(implementation: string, settings = CREATE, more = '') {
  return stackFrom(
    `schema: 1\nserverName: example.org\nexpose: {public: {via: gateway, gateway: {implementation: ${implementation}, ${settings}}}}\n${REST}${more}`,
  );
}

/** What an HTTPRoute takes, by the words of the specification: exact first, then the longer beginning, by whole elements. */
function answering(stack: ReturnType<typeof through>, host: string, path: string): string {
  const rules = objectsOf(stack)
    .filter(({ manifest }) => manifest.kind === 'HTTPRoute')
    .flatMap(({ manifest }) =>
      digList(manifest, 'spec', 'hostnames').includes(host) ? digList(manifest, 'spec', 'rules') : [],
    );
  const found = rules.flatMap((rule) => {
    const matches = digList(rule, 'matches');
    const all = matches.length === 0 ? [{ path: { type: 'PathPrefix', value: '/' } }] : matches;
    return all.flatMap((match) => {
      const value = String(dig(match, 'path', 'value'));
      const whole = value.replace(/\/+$/, '');
      const isExact = dig(match, 'path', 'type') === 'Exact';
      const fits = isExact ? path === value : path === whole || path.startsWith(`${whole}/`);
      const backend = dig(rule, 'backendRefs', 0, 'name');
      return fits ? [{ to: String(backend), weight: isExact ? 100_000 : whole.length }] : [];
    });
  });
  return found.sort((a, b) => b.weight - a.weight)[0]?.to ?? 'nobody';
}

describe('HTTPRoutes', () => {
  const stack = through('envoy');

  it.each([
    ['matrix.example.org', '/_matrix/client/v3/sync', 'synapse'],
    ['matrix.example.org', '/_synapse/client/pick_idp', 'synapse'],
    ['matrix.example.org', '/_synapse/admin/v1/users', 'nobody'],
    ['matrix.example.org', '/_matrixed', 'nobody'],
    ['matrix.example.org', '/.well-known/matrix/client', 'well-known'],
    ['matrix.example.org', '/', 'nobody'],
    ['example.org', '/_matrix/federation/v1/openid/userinfo', 'synapse'],
    ['example.org', '/_matrix/federation/v1/openid/userinfo/x', 'nobody'],
    ['example.org', '/.well-known/matrix/server', 'well-known'],
    ['rtc.example.org', '/rtc', 'livekit'],
    ['rtc.example.org', '/rtc/v1', 'livekit'],
    ['rtc.example.org', '/rtc/validate', 'livekit'],
    ['rtc.example.org', '/twirp/livekit.RoomService/ListRooms', 'livekit'],
    ['rtc.example.org', '/get_token', 'lk-jwt-service'],
    ['element.example.org', '/config.json', 'element'],
    ['meet.example.org', '/xmpp-websocket', 'jitsi-web'],
  ])('lead %s%s to %s', (host, path, to) => {
    expect(answering(stack, host, path)).toBe(to);
  });

  it('compare beginnings by whole elements, which none of the stack needs otherwise', () => {
    const prefixes = stack.topology.routes.flatMap(({ match }) =>
      match.kind === 'prefix' ? match.paths : [],
    );
    // Each is a folder, or a name that programs go on from with a slash: see LiveKit's rtcservice.go.
    expect(prefixes.filter((path) => !path.endsWith('/')).sort()).toEqual([
      '/rtc',
      '/twirp/livekit.RoomService',
    ]);
  });

  it('wait as long as programs take, where the implementation knows timeouts', () => {
    for (const implementation of IMPLEMENTATIONS) {
      const rule = digList(
        objectOf(through(implementation), 'HTTPRoute', 'synapse-public'),
        'spec',
        'rules',
      )[0];
      const waits = ['envoy', 'cilium', 'istio'].includes(implementation);
      expect(dig(rule, 'timeouts', 'request')).toBe(waits ? '0s' : undefined);
    }
  });

  it('are read by the rules as what they pass on', () => {
    const files = renderedOf(stack).objects;
    const { routes } = exposure(files, files);
    expect(routes).toHaveLength(stack.topology.routes.length);
    const synapse = routes.find(({ match }) => match === 'matrix.example.org /_matrix/ /_synapse/client/');
    expect(synapse).toMatchObject({ hosts: ['matrix.example.org'], to: 'test/synapse:8008' });
    expect(synapse?.passes('matrix.example.org', '/_matrix')).toBe(true);
    expect(synapse?.passes('matrix.example.org', '/_matrixed')).toBe(false);
    expect(synapse?.passes('matrix.example.org', '/_synapse/admin')).toBe(false);
    expect(renderedOf(stack).findings).toEqual([]);
  });

  it('that open the administration by an override are found', () => {
    const patch =
      '[{op: add, path: /spec/rules/0/matches/-, value: {path: {type: PathPrefix, value: /_synapse}}}]';
    const wide = through(
      'envoy',
      CREATE,
      `overrides: [{target: {kind: HTTPRoute, name: synapse-public}, why: a test, patch: ${patch}}]\n`,
    );
    const said = JSON.stringify(renderedOf(wide).problems);
    expect(said).toContain('/_synapse/admin');
  });
});

describe('a Gateway that is rendered', () => {
  const listeners = (stack: ReturnType<typeof through>) =>
    digList(objectOf(stack, 'Gateway', 'gateway-public'), 'spec', 'listeners');

  it('has a listener with its own certificate for each host, and a redirect', () => {
    const stack = through('istio');
    const found = listeners(stack).map((one) => [dig(one, 'hostname'), dig(one, 'port')]);
    expect(found).toEqual([
      ['matrix.example.org', 443],
      ['example.org', 443],
      ['element.example.org', 443],
      ['rtc.example.org', 443],
      ['meet.example.org', 443],
      [undefined, 80],
    ]);
    const redirect = objectOf(stack, 'HTTPRoute', 'gateway-public-redirect');
    expect(dig(redirect, 'spec', 'parentRefs')).toEqual([{ name: 'gateway-public', sectionName: 'http' }]);
    const names = digList(objectOf(stack, 'HTTPRoute', 'element-public'), 'spec', 'parentRefs');
    expect(names).toEqual([{ name: 'gateway-public', sectionName: 'element.example.org' }]);
  });

  it('has one for all hosts where one certificate is for all: browsers share its connections', () => {
    const stack = through('cilium', 'create: {class: cilium, tls: {secret: wild-tls}}');
    expect(listeners(stack).map((one) => dig(one, 'name'))).toEqual(['https', 'http']);
    expect(stack.secrets.map(({ name }) => name)).toContain('wild-tls');
  });

  it('has the ports of the entry points with Traefik, unless others are written', () => {
    const ports = (settings: string) =>
      listeners(through('traefik', settings)).map((one) => dig(one, 'port'));
    expect(new Set(ports(CREATE))).toEqual(new Set([8443, 8000]));
    expect(new Set(ports(CREATE.replace('class: eg', 'class: eg, ports: {https: 443, http: 80}')))).toEqual(
      new Set([443, 80]),
    );
  });

  it('keeps its certificates in its own namespace, and admits routes of the other one', () => {
    const stack = withCallsIn('calls', through('envoy'));
    const { findings, problems } = renderedOf(stack);
    expect([...findings, ...problems]).toEqual([]);
    const all = objectsOf(stack).map(({ manifest }) => manifest);
    const where = (kind: string) =>
      new Set(all.filter((one) => one.kind === kind).map(({ metadata }) => metadata.namespace));
    expect(where('Certificate')).toEqual(new Set(['test']));
    expect(where('HTTPRoute')).toEqual(new Set(['test', 'calls']));
    const [first] = listeners(stack);
    expect(dig(first, 'allowedRoutes', 'namespaces', 'selector', 'matchExpressions')).toEqual([
      { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['test', 'calls'] },
    ]);
    const away = all.find(({ kind, metadata }) => kind === 'HTTPRoute' && metadata.namespace === 'calls');
    expect(dig(away, 'spec', 'parentRefs', 0, 'namespace')).toBe('test');
  });
});

describe('what a Gateway lacks', () => {
  const said = (implementation: string, more = '') =>
    warnings(through(implementation, CREATE, more)).map(plainText);

  it('is said of a Gateway whose listener is not named: plain HTTP may be one of them', () => {
    const used = (settings: string) => warnings(through('istio', settings)).map(plainText);
    const plain = expect.stringMatching(
      /^The routes are on every listener of the Gateway shared .* plain HTTP/,
    );
    expect(used('use: {name: shared}')).toEqual(expect.arrayContaining([plain]));
    expect(used('use: {name: shared, listener: https}')).not.toEqual(expect.arrayContaining([plain]));
  });

  it('is said for each implementation', () => {
    expect(said('envoy')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Envoy Gateway decodes %2F .*KeepUnchanged/)]),
    );
    expect(said('nginx', 'synapse: {uploadLimit: 200M}\n')).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^NGINX Gateway Fabric refuses requests above 1 MB.*synapse\.uploadLimit is 200M/,
        ),
      ]),
    );
    for (const implementation of IMPLEMENTATIONS) {
      const claims = said(implementation).some((one) => one.includes('left-most X-Forwarded-For'));
      expect(claims).toBe(implementation !== 'traefik');
    }
  });

  it('is an error where a route needs it', () => {
    const [route] = through('envoy').topology.routes;
    if (route === undefined) throw new Error('no route');
    const can = gateway.can;
    const ranked = (rank: number, match: Route['match'], service: string): Route => ({
      ...route,
      rank,
      match,
      to: { ...route.to, service },
    });
    const short = ranked(20, { kind: 'prefix', paths: ['/a/'] }, 'one');
    const long = ranked(10, { kind: 'prefix', paths: ['/a/b/'] }, 'two');
    const exact = ranked(10, { kind: 'exact', paths: ['/a/b'] }, 'three');
    const all = [short, long, exact];
    expect(beyond(short, can, all)).toBe('try routes in the order of their ranks');
    expect(beyond(long, can, all)).toBeUndefined();
    expect(beyond({ ...short, rank: 5 }, can, [long, exact])).toBeUndefined();
    expect(beyond(ranked(30, { kind: 'regex', paths: ['^/x'] }, 'one'), can, all)).toBe(
      'match paths by regular expressions',
    );
    expect(beyond(short, { ...can, ranks: true }, all)).toBeUndefined();
  });
});
