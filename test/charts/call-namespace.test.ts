import { describe, expect, it } from 'vitest';
import type { Stack } from '../../charts/stack/stack.ts';
import { renderedOf, stackFrom } from '../stacks.ts';

// callNamespace in a stack file; what is rendered for it as a whole is in second-namespace.test.ts.

const stack = (more: string): Stack =>
  stackFrom(
    `schema: 2\nname: chat\nserverName: example.org\nexpose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}\nlivekit: {}\njitsi: {access: password, attach: hostPort, jvb: {env: {SENTRY_DSN: {fromSecret: only-calls, key: a}}}, jicofo: {env: {SENTRY_DSN: {fromSecret: only-main, key: a}}}}\ncallNodes: {addresses: {public: 198.51.100.7}}\nsecrets: {own: {only-calls: {a: {}}, only-main: {a: {}}, unused: {a: {}}}}\n${more}`,
  );

const apart = stack('callNamespace: calls\n');

function places(of: Stack, secret: string): readonly string[] {
  return of.secrets.find(({ name }) => name === secret)?.places.map(({ namespace }) => namespace) ?? [];
}

describe('callNamespace', () => {
  it('takes the pods with ports of their node, whoever brings them, and no others', () => {
    const inCalls = apart.topology.workloads
      .filter(({ namespace }) => namespace === 'calls')
      .map(({ id }) => id);
    expect(inCalls).toEqual(['livekit', 'jitsi-jvb']);
    expect(stack('').topology.workloads.every(({ namespace }) => namespace === 'chat')).toBe(true);
  });

  it('takes their Services and the routes to them along', () => {
    const { services, routes } = apart.topology;
    const away = services.filter(({ namespace }) => namespace === 'calls').map(({ name }) => name);
    expect(away).toEqual(['livekit', 'jvb']);
    const to = routes.filter(({ to: { service } }) => service === 'livekit').map((one) => one.to.namespace);
    expect([...new Set(to)]).toEqual(['calls']);
    expect(routes.filter(({ to: { service } }) => service === 'lk-jwt-service')[0]?.to.namespace).toBe(
      'chat',
    );
  });

  it('has every Secret where it is read, and nowhere else', () => {
    expect(places(apart, 'livekit-keys')).toEqual(['chat', 'calls']);
    expect(places(apart, 'jitsi-secrets')).toEqual(['chat', 'calls']);
    expect(places(apart, 'only-calls')).toEqual(['calls']);
    expect(places(apart, 'only-main')).toEqual(['chat']);
    // Nobody reads it yet: it waits where the operator declared it.
    expect(places(apart, 'unused')).toEqual(['chat']);
    expect(places(apart, 'synapse-secrets')).toEqual(['chat']);
    expect(places(stack(''), 'only-calls')).toEqual(['chat']);
  });

  it('breaks no rule, and leaves nothing to admit in the namespace of the stack', () => {
    const { findings, problems, files } = renderedOf(apart);
    expect(findings).toEqual([]);
    expect(problems).toEqual([]);
    expect(files.get('chat/namespace/namespace.yaml')).toMatch(
      /enforce: restricted[\s\S]*enforce: privileged/,
    );
  });
});
