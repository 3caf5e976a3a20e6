import { describe, expect, it } from 'vitest';
import { givenCertificates } from '../../model/given-certificates.ts';
import { stackFrom } from '../stacks.ts';

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

  it('follows the routes and hosts into their namespaces, that of the stack first', () => {
    const { routes, hosts } = stack.topology;
    const topology = {
      ...stack.topology,
      hosts: hosts.map((host, index) =>
        index === 0 ? { ...host, certificate: { ...host.certificate, namespace: 'b' } } : host,
      ),
      routes: routes.map((route) =>
        route.group === 'element' ? { ...route, to: { ...route.to, namespace: 'a' } } : route,
      ),
    };
    const [one] = givenCertificates(stack, topology);
    expect(one?.places).toEqual([{ namespace: 'chat' }, { namespace: 'a' }, { namespace: 'b' }]);
    expect(one?.type).toEqual({
      kind: 'tls',
      hosts: ['element.example.org', 'example.org', 'matrix.example.org'],
    });
  });

  it('has its main place elsewhere where nothing of the stack itself needs it', () => {
    const topology = {
      ...stack.topology,
      hosts: stack.topology.hosts.map((host) => ({
        ...host,
        certificate: { ...host.certificate, namespace: 'web' },
      })),
      routes: stack.topology.routes.map((route) => ({ ...route, to: { ...route.to, namespace: 'web' } })),
    };
    expect(givenCertificates(stack, topology)[0]?.places).toEqual([{ namespace: 'web' }]);
  });
});
