import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { livekitConfig } from '../../charts/livekit/config.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { summaryText } from '../../src/texts/summary.ts';
import { chartedOf, dig, stackFrom } from '../stacks.ts';

const PUBLIC = 'expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}';
const TUNNEL = 'expose: {public: {via: tunnel, tunnel: {name: main, zone: example.org}}}';
const LAN = 'expose: {lan: {tls: {issuer: {name: home-ca}}}}';
const ADDRESS = 'callNodes: {addresses: {public: 198.51.100.7}}';

const stackWith = (expose: string, turn: string, more = ADDRESS): Stack =>
  stackFrom(`schema: 1\nserverName: example.org\n${expose}\nlivekit: {turn: ${turn}}\n${more}\n`);

function turnOf(stack: Stack): unknown {
  if (stack.livekit === undefined) throw new Error('no LiveKit');
  return dig(livekitConfig(stack, stack.livekit), 'turn');
}

function container(stack: Stack): unknown {
  const all = chartedOf(stack).flatMap(({ manifests }) => manifests);
  const found = all.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'livekit');
  return dig(found, 'spec', 'template', 'spec', 'containers', 0);
}

const summary = (stack: Stack): string =>
  summaryText(
    stack,
    chartedOf(stack).flatMap(({ manifests }) => manifests),
    [],
  );

const BY_ENTRANCE = stackWith(PUBLIC, '{host: turn.example.org, tls: entrance}');
const BY_LIVEKIT = stackWith(
  TUNNEL,
  '{host: turn.example.org, tls: livekit, tcp: 443, certificate: {issuer: {name: own}}}',
);
const PASSED = stackWith(PUBLIC, '{host: turn.example.org, tls: livekit, tcp: 15349}');

describe('TURN over TLS', () => {
  it('is off unless a host is written', () => {
    expect(turnOf(stackWith(PUBLIC, '{}'))).toEqual({
      enabled: true,
      udp_port: 3478,
      relay_range_start: 41000,
      relay_range_end: 41999,
    });
  });

  it('has TLS terminated by who is named, and LiveKit read a certificate only if it is LiveKit', () => {
    expect(turnOf(BY_ENTRANCE)).toMatchObject({
      domain: 'turn.example.org',
      tls_port: 5349,
      external_tls: true,
    });
    expect(JSON.stringify(container(BY_ENTRANCE))).not.toContain('/secrets/turn');
    const files = { cert_file: '/secrets/turn/tls.crt', key_file: '/secrets/turn/tls.key' };
    expect(turnOf(BY_LIVEKIT)).toMatchObject({ tls_port: 443, ...files });
    expect(turnOf(PASSED)).toMatchObject({ tls_port: 15349, ...files });
    expect(turnOf(PASSED)).not.toHaveProperty('external_tls');
  });

  it('comes through the entrance, or to port 443 of the call nodes', () => {
    const ways = (stack: Stack) => ({
      routes: stack.topology.tcpRoutes.map(({ host, endsTls, to }) => [host, endsTls, to.port]),
      host: stack.topology.hosts.find(({ host }) => host === 'turn.example.org')?.leadsTo,
      service: stack.topology.services.find(({ name }) => name === 'livekit')?.ports.map(({ to }) => to),
    });
    expect(ways(BY_ENTRANCE)).toEqual({
      routes: [['turn.example.org', 'entrance', 5349]],
      host: 'entrance',
      service: ['http', 'turn-tls'],
    });
    expect(ways(PASSED).routes).toEqual([['turn.example.org', 'program', 5349]]);
    expect(ways(BY_LIVEKIT)).toEqual({ routes: [], host: 'call-nodes', service: ['http'] });
  });

  it('is in the firewall table with those who connect to the port', () => {
    expect(summary(BY_LIVEKIT)).toContain('| 443/tcp | anywhere | every node | LiveKit SFU: TURN over TLS');
    expect(summary(PASSED)).toContain(
      '| 15349/tcp | the cluster only | every node | LiveKit SFU: TURN through',
    );
    expect(summary(BY_ENTRANCE)).not.toContain('15349/tcp');
  });

  it('has LiveKit restarted by the kubelet once its certificate is another one', () => {
    expect(container(BY_LIVEKIT)).toMatchObject({
      command: [
        '/bin/sh',
        '-c',
        'cat /secrets/turn/tls.crt > /run/turn/tls.crt && exec /livekit-server "$@"',
        'livekit-server',
      ],
      livenessProbe: {
        exec: {
          command: [
            '/bin/sh',
            '-c',
            '[ "$(cat /secrets/turn/tls.crt)" = "$(cat /run/turn/tls.crt)" ] && wget -q -T 3 -O /dev/null "http://$HOST_IP:7880/"',
          ],
        },
      },
    });
    expect(container(BY_ENTRANCE)).toMatchObject({ livenessProbe: { tcpSocket: { port: 'http' } } });
    expect(container(BY_ENTRANCE)).not.toHaveProperty('command');
  });
});

describe('a port below 1024', () => {
  it('is said to need a setting of the node, and nobody else there', () => {
    const text = summary(stackWith(PUBLIC, '{udp: 443}'));
    expect(text).toContain('LiveKit listens on 443/udp of the call nodes, as a user other than root.');
    expect(text).toContain('Nothing else on the call nodes may have 443/udp: no HTTP/3 of a proxy.');
    expect(summary(BY_ENTRANCE)).not.toContain('ip_unprivileged_port_start');
  });
});

describe('private addresses', () => {
  const cidrs = (stack: Stack) => dig(turnOf(stack), 'allow_restricted_peer_cidrs');

  it('are relayed to one by one, the one that clients get without being written', () => {
    expect(cidrs(BY_ENTRANCE)).toBeUndefined();
    expect(cidrs(stackWith(LAN, '{}', 'callNodes: {addresses: {public: 192.168.1.7}}'))).toEqual([
      '192.168.1.7/32',
    ]);
    expect(cidrs(stackWith(LAN, '{relayTo: [10.0.0.7, 10.0.0.8]}', ''))).toEqual([
      '10.0.0.7/32',
      '10.0.0.8/32',
    ]);
  });

  it('make TURN relay where LiveKit gives clients the address of its node', () => {
    const relayed = 'relays if it has to';
    expect(summary(stackWith(LAN, '{}', ''))).not.toContain(relayed);
    expect(summary(stackWith(LAN, '{relayTo: [10.0.0.7]}', ''))).toContain(relayed);
    const useless = stackWith(LAN, '{host: turn.example.org, tls: entrance}', '');
    expect(summary(useless)).toContain('TURN over TLS then carries no call');
  });
});

describe('the addresses of a node', () => {
  const config = (written: string): unknown => {
    const stack = stackFrom(
      `schema: 1\nserverName: example.org\n${PUBLIC}\nlivekit: ${written}\n${ADDRESS}\n`,
    );
    if (stack.livekit === undefined) throw new Error('no LiveKit');
    return [
      dig(livekitConfig(stack, stack.livekit), 'rtc', 'ips'),
      summary(stack).includes('livekit.addresses'),
    ];
  };

  it('are all taken unless some are named, which SUMMARY.md asks for', () => {
    expect(config('{}')).toEqual([undefined, true]);
    expect(config('{addresses: [198.51.100.7, 10.0.0.7]}')).toEqual([
      { includes: ['198.51.100.7/32', '10.0.0.7/32'] },
      false,
    ]);
  });
});

describe('who may start calls', () => {
  const access = (written: string): unknown => {
    const text = `schema: 1\nserverName: example.org\n${PUBLIC}\nlivekit: ${written}\n${ADDRESS}\n`;
    const all = chartedOf(stackFrom(text)).flatMap(({ manifests }) => manifests);
    const env = JSON.stringify(load(JSON.stringify(all)));
    return /"LIVEKIT_FULL_ACCESS_HOMESERVERS","value":"([^"]*)"/.exec(env)?.[1];
  };

  it('are the users of the own homeserver, and of those that are named', () => {
    expect(access('{}')).toBe('example.org');
    expect(access('{fullAccess: [example.com, example.org]}')).toBe('example.org,example.com');
    expect(access('{fullAccess: everyone}')).toBe('*');
  });
});
