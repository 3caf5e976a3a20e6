import { describe, expect, it } from 'vitest';
import { DENIED_PEERS } from '../../charts/coturn/denied.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { TURN } from '../../src/system/topics.ts';
import { withCallsIn } from '../parts.ts';
import {
  configData,
  configText,
  dig,
  digList,
  objectOf,
  publicStack,
  renderedOf,
  stackFrom,
} from '../stacks.ts';

const COTURN = publicStack('turn: {coturn: {port: 3479}}');
const LAN = stackFrom(`
schema: 2
serverName: home.example.org
expose: {lan: {tls: {issuer: {name: own-ca}}}}
turn: {coturn: {withTls: false}}
`);
const external = (login: string): Stack =>
  stackFrom(`
schema: 2
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
turn: {external: {uris: ["turn:turn.example.net:3478?transport=udp"], ${login}}}
secrets: {own: {provider: {secret: {}, name: {}, password: {}}}}
`);
const SECRET = external('secret: {fromSecret: provider, key: secret}');
const LOGIN = external(
  'login: {username: {fromSecret: provider, key: name}, password: {fromSecret: provider, key: password}}',
);

const container = (stack: Stack, name: string): unknown =>
  dig(objectOf(stack, 'Deployment', name), 'spec', 'template', 'spec', 'containers', 0);
const args = (stack: Stack, name: string): readonly unknown[] => digList(container(stack, name), 'args');
const homeserver = (stack: Stack): unknown => configData(stack, 'synapse-config', 'homeserver.yaml');
const lines = (stack: Stack): readonly string[] =>
  configText(stack, 'coturn-config', 'turnserver.conf').trimEnd().split('\n');

/** An IPv4 address as a number. */
const number = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

describe('coturn', () => {
  it('gives the address that is written, and relays from the node only', () => {
    expect(args(COTURN, 'coturn')).toEqual([
      '--listening-ip=$(HOST_IP)',
      '--relay-ip=$(HOST_IP)',
      '--external-ip=198.51.100.7/$(HOST_IP)',
    ]);
    expect(args(LAN, 'coturn')).toContain('--allowed-peer-ip=$(HOST_IP)');
    expect(args(LAN, 'coturn').join(' ')).not.toContain('external-ip');
  });

  it('has no secret in its rendered files, and no shell around its arguments', () => {
    expect(lines(COTURN)).toContain('use-auth-secret');
    expect(lines(COTURN).filter((line) => line.includes('static-auth-secret'))).toEqual([]);
    expect(dig(container(COTURN, 'coturn'), 'command')).toEqual(['/bin/sh', '/config/start.sh']);
  });

  it('listens for TLS exactly where it is not left out', () => {
    expect(lines(COTURN)).toContain('tls-listening-port=5349');
    expect(lines(COTURN)).not.toContain('no-tls');
    expect(lines(LAN)).toContain('no-tls');
    expect(configText(LAN, 'coturn-config', 'start.sh')).not.toContain('certificate');
    expect(LAN.topology.hosts.find(({ component }) => component === 'turn.coturn')).not.toHaveProperty(
      'certificate',
    );
  });

  it('has one more capability, which its binary does not start without', () => {
    expect(dig(container(COTURN, 'coturn'), 'securityContext', 'capabilities')).toEqual({
      add: ['NET_BIND_SERVICE'],
      drop: ['ALL'],
    });
  });

  it('breaks no rule in a namespace of its own either, where it finds its Secret', () => {
    const moved = withCallsIn('calls', COTURN);
    expect(renderedOf(moved).findings).toEqual([]);
    const secret = moved.secrets.find(({ name }) => name === 'turn-secrets');
    expect(secret?.places.map(({ namespace }) => namespace).sort()).toEqual(['calls', 'test']);
  });
});

describe('the peers that nothing is relayed to', () => {
  it('are ranges that coturn understands: no prefixes, none that is everything', () => {
    for (const range of DENIED_PEERS) {
      expect(range).not.toContain('/');
      // turnserver takes a range that ends with the unspecified address for one without an end.
      expect(range).not.toMatch(/(?:^|-)(?:::|0\.0\.0\.0)$/);
    }
  });

  it.each([
    '0.0.0.0',
    '10.96.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '198.19.0.1',
    '255.255.255.255',
  ])('have %s', (address) => {
    expect(isDenied(address)).toBe(true);
  });

  it.each(['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '172.32.0.0', '198.20.0.0'])(
    'do not have %s',
    (address) => {
      expect(isDenied(address)).toBe(false);
    },
  );

  function isDenied(address: string): boolean {
    return DENIED_PEERS.filter((range) => !range.includes(':')).some((range) => {
      const [first = '', last = first] = range.split('-');
      return number(first) <= number(address) && number(address) <= number(last);
    });
  }
});

describe('Synapse', () => {
  it('gives clients what is offered, and guests nothing', () => {
    expect(homeserver(COTURN)).toMatchObject({
      turn_uris: [
        'turn:turn.example.org:3479?transport=udp',
        'turn:turn.example.org:3479?transport=tcp',
        'turns:turn.example.org:5349?transport=tcp',
      ],
      turn_shared_secret_path: '/secrets/turn/shared-secret',
      turn_allow_guests: false,
    });
    expect(dig(homeserver(LAN), 'turn_uris')).not.toContainEqual(expect.stringContaining('turns:'));
    expect(TURN.of(COTURN.offers)).toHaveLength(1);
  });

  it("reads a provider's secret from the operator's own Secret, and a login from a composed one", () => {
    expect(dig(homeserver(SECRET), 'turn_shared_secret_path')).toBe('/secrets/turn/secret');
    expect(args(SECRET, 'synapse')).toContain('--no-secrets-in-config');
    expect(Object.keys(Object(homeserver(LOGIN)))).not.toContain('turn_password');
    expect(args(LOGIN, 'synapse')).toEqual(
      expect.arrayContaining(['--config-path=/secrets/turn/turn.yaml', '--no-secrets-in-config']),
    );
    const composed = LOGIN.secrets.find(({ name }) => name === 'synapse-turn')?.keys[0];
    expect(composed?.form).toMatchObject({
      kind: 'composed',
      parts: expect.arrayContaining([{ secret: 'provider', key: 'password', as: 'json' }]),
    });
    expect(LOGIN.topology.workloads.map(({ id }) => id)).not.toContain('coturn');
  });

  it('says nothing of TURN in a stack without it', () => {
    expect(Object.keys(Object(homeserver(publicStack()))).filter((key) => key.startsWith('turn_'))).toEqual(
      [],
    );
  });
});
