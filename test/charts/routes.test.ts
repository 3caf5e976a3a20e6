import { describe, expect, it } from 'vitest';
import type { Stack } from '../../charts/stack/stack.ts';
import { dig, digList, EXAMPLES, objectOf, objectsOf, publicStack, stackFrom, stacksIn } from '../stacks.ts';

// Which program a request reaches, worked out from the rendered objects the way the two entrances do.

/** cloudflared: the first subject whose host is equal and whose pattern is found in the path. */
function throughTunnel(stack: Stack, host: string, path: string): string {
  for (const subject of digList(objectOf(stack, 'TunnelBinding', stack.name), 'subjects')) {
    const { fqdn, path: pattern, target } = Object(dig(subject, 'spec'));
    if (fqdn !== host || (pattern !== undefined && !new RegExp(String(pattern)).test(path))) continue;
    return String(target);
  }
  return 'nothing';
}

/** Traefik: of the rules that match, the one of the highest priority wins, which is its length unless it says so. */
function throughTraefik(stack: Stack, host: string, path: string): string {
  const priority = (route: unknown): number =>
    Number(dig(route, 'priority') ?? String(dig(route, 'match')).length);
  const routes = objectsOf(stack)
    .filter(({ manifest }) => manifest.kind === 'IngressRoute')
    .flatMap(({ manifest }) => digList(manifest, 'spec', 'routes'))
    .sort((a, b) => priority(b) - priority(a));
  for (const route of routes) {
    const rule = String(dig(route, 'match'));
    if (!rule.includes(`Host(\`${host}\`)`)) continue;
    const prefixes = [...rule.matchAll(/PathPrefix\(`([^`]+)`\)/g)].map((match) => match[1] ?? '');
    const exact = [...rule.matchAll(/Path\(`([^`]+)`\)/g)].map((match) => match[1] ?? '');
    const anything = prefixes.length + exact.length === 0;
    if (!anything && !prefixes.some((prefix) => path.startsWith(prefix)) && !exact.includes(path)) continue;
    return `${String(dig(route, 'services', 0, 'name'))}:${String(dig(route, 'services', 0, 'port'))}`;
  }
  return 'nothing';
}

const appMatrix = stacksIn(EXAMPLES).find(({ name }) => name === 'app-matrix') ?? publicStack();
const HOST = 'testing.borooka.ee';

describe.each([
  [`matrix.${HOST}`, '/_matrix/client/versions', 'synapse'],
  [`matrix.${HOST}`, '/_matrix/client/v3/rooms/%21room%3Aserver/messages', 'synapse'],
  [`matrix.${HOST}`, '/_matrix/federation/v1/version', 'synapse'],
  [`matrix.${HOST}`, '/_synapse/client/pick_idp', 'synapse'],
  [`matrix.${HOST}`, '/_synapse/admin/v1/server_version', 'nothing'],
  [`matrix.${HOST}`, '/_synapse/metrics', 'nothing'],
  [`matrix.${HOST}`, '/_synapse/mas/sync_devices', 'nothing'],
  [`matrix.${HOST}`, '/health', 'nothing'],
  [`matrix.${HOST}`, '/', 'nothing'],
  [`matrix.${HOST}`, '/.well-known/matrix/client', 'well-known'],
  [HOST, '/.well-known/matrix/server', 'well-known'],
  [HOST, '/.well-known/matrix/client', 'well-known'],
  [HOST, '/_matrix/federation/v1/openid/userinfo', 'synapse'],
  [HOST, '/_matrix/client/versions', 'nothing'],
  [`element.${HOST}`, '/config.json', 'element'],
  [`rtc.${HOST}`, '/sfu/get', 'lk-jwt-service'],
  [`rtc.${HOST}`, '/get_token', 'lk-jwt-service'],
  [`rtc.${HOST}`, '/sfu_webhook', 'nothing'],
  [`rtc.${HOST}`, '/healthz', 'nothing'],
  [`rtc.${HOST}`, '/rtc', 'livekit'],
  [`rtc.${HOST}`, '/rtc/v1', 'livekit'],
  [`rtc.${HOST}`, '/twirp/livekit.RoomService/CreateRoom', 'livekit'],
  [`rtc.${HOST}`, '/twirp/livekit.Egress/StartRoomCompositeEgress', 'nothing'],
  [`meet.${HOST}`, '/xmpp-websocket', 'jitsi-web'],
  ['other.borooka.ee', '/_matrix/client/versions', 'nothing'],
])('%s%s', (host, path, service) => {
  it(`reaches ${service} through the tunnel`, () => {
    expect(throughTunnel(appMatrix, host, path)).toMatch(
      service === 'nothing' ? /^nothing$/ : new RegExp(`^http://${service}\\.`),
    );
  });

  it(`reaches ${service} through Traefik`, () => {
    const stack = stackFrom(`
schema: 1
serverName: ${HOST}
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
element: {}
livekit: {}
jitsi: {access: password}
callNodes: {addresses: {public: 198.51.100.7}}
`);
    expect(throughTraefik(stack, host, path)).toMatch(
      service === 'nothing' ? /^nothing$/ : new RegExp(`^${service}:`),
    );
  });
});

describe('the local names of app-matrix', () => {
  it('lead to the same programs', () => {
    expect(throughTraefik(appMatrix, 'matrix.cluster.arpa', '/_matrix/client/versions')).toBe('synapse:8008');
    expect(throughTraefik(appMatrix, 'matrix.cluster.arpa', '/_synapse/admin/v1/users')).toBe('nothing');
    expect(throughTraefik(appMatrix, 'element.cluster.arpa', '/')).toBe('element:80');
    expect(throughTraefik(appMatrix, 'meet.cluster.arpa', '/room')).toBe('jitsi-web:80');
    expect(throughTraefik(appMatrix, 'rtc.cluster.arpa', '/rtc')).toBe('livekit:7880');
  });

  it('have certificates that cover exactly them, from the issuer that was named', () => {
    for (const [name, host] of [
      ['synapse-tls', 'matrix.cluster.arpa'],
      ['element-tls', 'element.cluster.arpa'],
      ['jitsi-tls', 'meet.cluster.arpa'],
      ['livekit-tls', 'rtc.cluster.arpa'],
    ] as const) {
      expect(dig(objectOf(appMatrix, 'Certificate', name), 'spec')).toMatchObject({
        secretName: name,
        dnsNames: [host],
        issuerRef: { kind: 'ClusterIssuer', name: 'custom-ca-cluster-issuer' },
      });
    }
  });
});

describe('public hosts through Traefik', () => {
  it('each stand in a certificate that their entrance uses', () => {
    const stack = publicStack();
    const covered = new Map(
      objectsOf(stack)
        .filter(({ manifest }) => manifest.kind === 'Certificate')
        .map(({ manifest }) => [dig(manifest, 'spec', 'secretName'), digList(manifest, 'spec', 'dnsNames')]),
    );
    for (const { manifest } of objectsOf(stack).filter(({ manifest: { kind } }) => kind === 'IngressRoute')) {
      const names = covered.get(dig(manifest, 'spec', 'tls', 'secretName')) ?? [];
      for (const route of digList(manifest, 'spec', 'routes')) {
        expect(names, manifest.metadata.name).toContain(
          /Host\(`([^`]+)`\)/.exec(String(dig(route, 'match')))?.[1],
        );
      }
    }
  });
});
