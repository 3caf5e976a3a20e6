import { describe, expect, it } from 'vitest';
import type { Stack } from '../../charts/stack/stack.ts';
import { configData, configText, dig, digList, objectOf, publicStack, stackFrom } from '../stacks.ts';

const config = (stack: Stack): unknown => configData(stack, 'livekit-config', 'livekit.yaml');
const jwtEnvironment = (stack: Stack): readonly unknown[] =>
  digList(
    objectOf(stack, 'Deployment', 'lk-jwt-service'),
    'spec',
    'template',
    'spec',
    'containers',
    0,
    'env',
  );
const LAN = stackFrom(`
schema: 1
serverName: home.arpa.example
expose: {lan: {tls: {issuer: {name: own-ca}}}}
livekit: {}
`);
const STUN = stackFrom(`
schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {secret: tls}}}
livekit: {udp: 50000-60000}
callNodes: {addresses: {discover: stun}, drain: 30m}
`);

describe('livekit.yaml', () => {
  it('lets only the JWT service make rooms, for users of this homeserver only', () => {
    expect(dig(config(publicStack()), 'room', 'auto_create')).toBe(false);
    expect(jwtEnvironment(publicStack())).toContainEqual({
      name: 'LIVEKIT_FULL_ACCESS_HOMESERVERS',
      value: 'example.org',
    });
  });

  it('tells clients the given address and asks nobody outside for it', () => {
    expect(dig(config(publicStack()), 'rtc')).toMatchObject({
      use_external_ip: false,
      node_ip: '198.51.100.7',
    });
    // Without a TURN or STUN port of its own, clients are sent to Google and Twilio.
    expect(dig(config(publicStack()), 'turn')).toMatchObject({ enabled: true, udp_port: 3478 });
  });

  it('asks a STUN server only where that is what was written', () => {
    expect(dig(config(STUN), 'rtc', 'use_external_ip')).toBe(true);
    expect(dig(config(STUN), 'rtc', 'node_ip')).toBeUndefined();
    expect(dig(config(LAN), 'rtc', 'use_external_ip')).toBe(false);
    const args = digList(
      objectOf(LAN, 'Deployment', 'livekit'),
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'args',
    );
    expect(args).toContain('--node-ip=$(HOST_IP)');
  });

  it("tells the node's own address too where people on the local network come along", () => {
    const both = stackFrom(`
schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {secret: tls}}, lan: {tls: {issuer: {name: home-ca}}}}
livekit: {}
callNodes: {addresses: {discover: stun}}
`);
    expect(dig(config(both), 'rtc')).toMatchObject({
      use_external_ip: true,
      advertise_internal_ip: true,
      skip_external_ip_validation: true,
    });
    expect(dig(config(STUN), 'rtc', 'advertise_internal_ip')).toBeUndefined();
    expect(dig(config(LAN), 'rtc', 'advertise_internal_ip')).toBeUndefined();
  });

  it('has either one port or a range, never both', () => {
    expect(Object.keys(Object(dig(config(publicStack()), 'rtc')))).toContain('udp_port');
    expect(Object.keys(Object(dig(config(publicStack()), 'rtc')))).not.toContain('port_range_start');
    expect(dig(config(STUN), 'rtc')).toMatchObject({ port_range_start: 50000, port_range_end: 60000 });
    expect(Object.keys(Object(dig(config(STUN), 'rtc')))).not.toContain('udp_port');
  });

  it('shares a range between all participants where that was written', () => {
    const shared = stackFrom(`
schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {secret: tls}}}
livekit: {udp: 7882-7892, udpRange: shared}
callNodes: {addresses: {public: 198.51.100.7}}
`);
    expect(dig(config(shared), 'rtc', 'udp_port')).toBe('7882-7892');
    expect(Object.keys(Object(dig(config(shared), 'rtc')))).not.toContain('port_range_start');
  });

  it('opens the ports that were written, behind the same Service', () => {
    const stack = stackFrom(`schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {secret: tls}}}
livekit: {udp: 8882, tcp: 8881, signalling: 8880, turn: {udp: 3479, relay: 42000-42099}}
callNodes: {addresses: {public: 198.51.100.7}}
`);
    expect(config(stack)).toMatchObject({
      port: 8880,
      rtc: { udp_port: 8882, tcp_port: 8881 },
      turn: { udp_port: 3479, relay_range_start: 42000, relay_range_end: 42099 },
    });
    expect(digList(objectOf(stack, 'Service', 'livekit'), 'spec', 'ports')).toEqual([
      { name: 'http', port: 7880, protocol: 'TCP', targetPort: 'http' },
    ]);
    const [first] = digList(
      objectOf(stack, 'Deployment', 'livekit'),
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'ports',
    ).filter((port) => dig(port, 'name') === 'http');
    expect(first).toEqual({ name: 'http', containerPort: 8880, protocol: 'TCP' });
  });

  it("relays outside Kubernetes' node ports", () => {
    const { relay_range_start: first, relay_range_end: last } = Object(dig(config(publicStack()), 'turn'));
    expect(Number(first)).toBeGreaterThan(32767);
    expect(Number(last)).toBeGreaterThan(Number(first));
  });

  it('names its API key but never its secret', () => {
    const text = configText(publicStack(), 'livekit-config', 'livekit.yaml');
    expect(text).not.toMatch(/^keys:|secret:/m);
    expect(dig(config(publicStack()), 'webhook', 'api_key')).toBe('matrix-rtc');
    const made = publicStack().secrets.find(({ name }) => name === 'livekit-keys')?.keys[0]?.form;
    expect(made).toEqual({ kind: 'livekit-keys', apiKey: 'matrix-rtc' });
  });
});

describe('the call pods', () => {
  it('give running calls the time that was written', () => {
    const pod = dig(objectOf(STUN, 'Deployment', 'livekit'), 'spec', 'template', 'spec');
    expect(dig(pod, 'terminationGracePeriodSeconds')).toBe(1800);
  });

  it('tell browsers the public address of the SFU, which the JWT service calls too', () => {
    expect(jwtEnvironment(publicStack())).toContainEqual({
      name: 'LIVEKIT_URL',
      value: 'wss://rtc.example.org',
    });
  });

  it('look for themselves who is still in a call, in case LiveKit fails to say so', () => {
    expect(jwtEnvironment(publicStack())).toContainEqual({
      name: 'LIVEKIT_SANITY_CHECK_INTERVAL_SECONDS',
      value: '60',
    });
  });

  it("trust the local network's own authority where nothing is public", () => {
    const pod = dig(objectOf(LAN, 'Deployment', 'lk-jwt-service'), 'spec', 'template', 'spec');
    expect(digList(pod, 'containers', 0, 'env')).toContainEqual({ name: 'SSL_CERT_DIR', value: '/ca' });
    expect(JSON.stringify(digList(pod, 'volumes'))).toContain('livekit-tls');
  });
});
