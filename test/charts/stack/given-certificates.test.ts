import { describe, expect, it } from 'vitest';
import { givenCertificates } from '../../../charts/stack/given-certificates.ts';
import { certificateHosts } from '../../../src/system/secrets.ts';
import { relay, withParts } from '../../parts.ts';
import { stackFrom } from '../../stacks.ts';

const stack = stackFrom(`schema: 1
name: chat
serverName: example.org
expose: {lan: {tls: {secret: lan-tls}}}
element: {}
`);

describe('a certificate that somebody gives', () => {
  it('is needed in the namespace of the stack', () => {
    const [one, ...others] = givenCertificates(stack, stack.topology);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ name: 'lan-tls', places: [{ namespace: 'chat' }] });
  });

  it('of the public door comes first', () => {
    const both = stackFrom(`schema: 1
serverName: example.org
expose:
  public: {via: traefik, tls: {secret: public-tls}}
  lan: {tls: {secret: own-tls}, names: {synapse: matrix.home.arpa}}
`);
    const names = givenCertificates(both, both.topology).map(({ name }) => name);
    expect(names).toEqual(['public-tls', 'own-tls']);
  });

  it('follows the routes into their namespaces, that of the stack first', () => {
    const routes = stack.topology.routes.map((route) =>
      route.group === 'element' ? { ...route, to: { ...route.to, namespace: 'a' } } : route,
    );
    const [one] = givenCertificates(stack, { ...stack.topology, routes });
    expect(one?.places).toEqual([{ namespace: 'chat' }, { namespace: 'a' }]);
    expect(one?.type).toEqual({
      kind: 'tls',
      hosts: ['element.example.org', 'example.org', 'matrix.example.org'],
    });
    expect(one?.keys.map(({ readers }) => readers)).toEqual([['traefik'], ['traefik']]);
  });

  it('has its main place elsewhere where nothing of the stack itself needs it', () => {
    const routes = stack.topology.routes.map((route) => ({
      ...route,
      to: { ...route.to, namespace: 'web' },
    }));
    const topology = { ...stack.topology, routes };
    expect(givenCertificates(stack, topology)[0]?.places).toEqual([{ namespace: 'web' }]);
  });

  it('is read by the pods that end TLS themselves, which start again with a new one', () => {
    const [one] = givenCertificates(stack, withParts(stack, relay(stack)).topology);
    expect(one === undefined ? [] : certificateHosts(one)).toContain('relay.example.org');
    expect(one?.keys).toMatchObject([
      {
        readers: ['traefik', 'relay'],
        rotation: 'people connected to relay, whose pods have to restart',
      },
      { readers: ['traefik', 'relay'], rotation: 'together with its certificate' },
    ]);
  });

  it('is read by nobody else where it is for these pods alone', () => {
    const own = relay(stack, { source: { secret: 'relay-tls' } });
    const one = withParts(stack, own).secrets.find(({ name }) => name === 'relay-tls');
    expect(one?.type).toEqual({ kind: 'tls', hosts: ['relay.example.org'] });
    expect(one?.keys[0]).toMatchObject({
      readers: ['relay'],
      loss: 'renew it before it expires: clients then refuse it',
    });
  });
});
