import { describe, expect, it } from 'vitest';
import { ambiguous, inOrder, precedence } from '../../src/topology/routes.ts';
import type { PathMatch, Route } from '../../src/topology/topology.ts';

function route(service: string, match: PathMatch, rank?: number): Route {
  return {
    door: 'public',
    host: 'matrix.example.org',
    match,
    to: { service, namespace: 'test', port: 80 },
    group: service,
    ...(rank === undefined ? {} : { rank }),
  };
}

const ROUTES = [
  route('page', { kind: 'all' }),
  route('synapse', { kind: 'prefix', paths: ['/_matrix/', '/_synapse/client/'] }),
  route('well-known', { kind: 'prefix', paths: ['/.well-known/matrix/'] }),
  route('sync', { kind: 'regex', paths: ['/sync$'] }, 20),
  route('client', { kind: 'regex', paths: ['^/_matrix/client/'] }, 10),
  route('media', { kind: 'exact', paths: ['/_matrix/media'] }),
];

describe('the routes of a host', () => {
  it('are tried by rank, then the more special kind of match first', () => {
    expect(inOrder(ROUTES).map(({ to }) => to.service)).toEqual([
      'sync',
      'client',
      'media',
      'synapse',
      'well-known',
      'page',
    ]);
  });

  it('stay together, hosts in the order of their first route', () => {
    const [page, ...others] = ROUTES;
    if (page === undefined) throw new Error('no route');
    const elsewhere = { ...page, host: 'example.org' };
    const hosts = inOrder([elsewhere, ...others, elsewhere]).map(({ host }) => host);
    expect(hosts).toEqual(['example.org', 'example.org', ...others.map(() => 'matrix.example.org')]);
  });

  it('have numbers that no other route changes', () => {
    expect(ROUTES.map(precedence)).toEqual([0, 1, 1, 82, 42, 3]);
  });
});

describe('what nothing decides', () => {
  const prefix = (service: string, path: string, rank?: number) =>
    route(service, { kind: 'prefix', paths: ['/x', path] }, rank);
  const regex = (service: string, path: string, rank?: number) =>
    route(service, { kind: 'regex', paths: [path] }, rank);
  const exact = (service: string, path: string) => route(service, { kind: 'exact', paths: [path] });

  it.each([
    [prefix('a', '/a'), prefix('b', '/b/')],
    [prefix('a', '/a'), route('b', { kind: 'prefix', paths: ['/a/b'] })],
    [regex('a', '^/a'), regex('b', '^/b')],
    [exact('a', '/a'), exact('b', '/a')],
    [route('a', { kind: 'all' }), route('b', { kind: 'all' })],
    [regex('a', '^/a', 1), regex('b', '^/b', 1)],
  ])('is found: %j and %j', (a, b) => {
    expect(ambiguous([...ROUTES.slice(1), a, b])).toEqual([a, b]);
  });

  it.each([
    [prefix('a', '/a', 1), prefix('b', '/a')],
    [regex('a', '^/a', 1), regex('b', '^/a', 2)],
    [regex('a', '^/a'), regex('a', '^/b')],
    [exact('a', '/a'), exact('b', '/b')],
    [exact('a', '/a'), { ...exact('b', '/a'), host: 'example.org' }],
    [exact('a', '/a'), { ...exact('b', '/a'), door: 'lan' as const }],
    [route('a', { kind: 'prefix', paths: ['/a'] }), route('b', { kind: 'prefix', paths: ['/b'] })],
  ])('is not there: %j and %j', (a, b) => {
    expect(ambiguous([a, ...ROUTES, b])).toBeUndefined();
  });
});
