import { describe, expect, it } from 'vitest';
import { shadowedRule } from '../../src/rules/mr016-shadowed.ts';
import { lines, yaml } from './stack.ts';

interface Rule {
  readonly match: string;
  readonly priority?: number;
}

const A = 'Host(`a.org`)';

function traefik(routes: readonly Rule[], spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name: 'x', namespace: 'app', ...metadata },
    spec: {
      entryPoints: ['websecure'],
      routes: routes.map((one) => ({ kind: 'Rule', ...one, services: [{ name: 'web', port: 80 }] })),
      ...spec,
    },
  };
}

function tunnel(subjects: readonly (readonly [fqdn: string, path?: string])[], name = 'x'): object {
  return {
    apiVersion: 'networking.cfargotunnel.com/v1alpha1',
    kind: 'TunnelBinding',
    metadata: { name, namespace: 'app' },
    subjects: subjects.map(([fqdn, path]) => ({
      name: 'web',
      spec: { fqdn, ...(path === undefined ? {} : { path }), target: 'http://web.app.svc:80' },
    })),
  };
}

function found(...objects: readonly object[]): readonly string[] {
  const manifests = objects.flatMap((one) => yaml(JSON.stringify(one)));
  return lines(shadowedRule.check({ files: [{ path: 'x.yaml', manifests }], promisedSecrets: [] }));
}

/** Whether the second rule never gets a request when the first one comes before it. */
function takes(first: string, second: string): boolean {
  return found(
    traefik([
      { match: first, priority: 2000 },
      { match: second, priority: 1 },
    ]),
  ).some((line) => line.includes('spec.routes[1].match: never gets a request: IngressRoute/app/x comes'));
}

describe('a rule of Traefik', () => {
  it.each([
    [A, A],
    [A, 'Host(`A.ORG`) && PathPrefix(`/x`)'],
    [A, `${A} && Header(\`X-A\`, \`b\`)`],
    [A, `${A} && !PathPrefix(\`/x\`)`],
    [A, `(${A} && Path(\`/x\`)) || (${A} && PathRegexp(\`[\`))`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && (Path(\`/x\`) || PathPrefix(\`/x/y\`))`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathPrefix(\`/\`) && PathPrefix(\`/x/y\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathRegexp(\`^/x/(a|b)$\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathRegexp(\`^/(xa|xb)$\`)`],
    [`${A} && PathRegexp(\`^/x\`)`, `${A} && PathPrefix(\`/x/y\`)`],
    [`${A} && PathRegexp(\`^/(x|y)/\`)`, `${A} && PathRegexp(\`^/y/z$\`)`],
    [`${A} && PathRegexp(\`^/x$\`)`, `${A} && Path(\`/x\`)`],
    [`${A} && !PathPrefix(\`/y\`)`, `${A} && PathPrefix(\`/x\`)`],
    ['PathPrefix(`/`)', A],
    [`Host(\`b.org\`) || ${A}`, A],
  ])('%s leaves nothing for %s', (first, second) => {
    expect(takes(first, second)).toBe(true);
  });

  it.each([
    [A, 'Host(`b.org`)'],
    [A, `${A} || Host(\`b.org\`)`],
    [A, 'PathPrefix(`/x`)'],
    [A, `${A} || PathPrefix(\`/x\`)`],
    [A, 'nonsense'],
    [A, ''],
    [`${A} && Method(\`GET\`)`, A],
    [`${A} && ClientIP(\`10.0.0.0/8\`)`, A],
    [`${A} && Path(\`/x\`)`, `${A} && PathPrefix(\`/x\`)`],
    [`${A} && PathPrefix(\`/x/\`)`, `${A} && PathPrefix(\`/x\`)`],
    [`${A} && PathRegexp(\`^/x$\`)`, `${A} && PathPrefix(\`/x\`)`],
    [`${A} && PathRegexp(\`^/x(/.*)?$\`)`, `${A} && PathPrefix(\`/x\`)`],
    [`${A} && !PathPrefix(\`/x/y\`)`, `${A} && PathPrefix(\`/x\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathRegexp(\`/x/(a|b)$\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathRegexp(\`^/x|^/y\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathRegexp(\`^/x?\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathRegexp(\`^/(x|)\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathRegexp(\`(?i)^/x\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && PathRegexp(\`^/[xy]\`)`],
    [`${A} && PathPrefix(\`/x\`)`, `${A} && !Path(\`/x/y\`)`],
  ])('%s leaves something for %s, or that cannot be told', (first, second) => {
    expect(takes(first, second)).toBe(false);
  });

  it('has the length of its text as its priority where it has none or 0, in bytes', () => {
    const all = (priority?: number): readonly object[] => [
      traefik([{ match: A, priority: 40 }]),
      traefik([{ match: `${A} && PathPrefix(\`/äöüx\`)`, ...(priority === undefined ? {} : { priority }) }]),
    ];
    expect(`${A} && PathPrefix(\`/äöüx\`)`).toHaveLength(36);
    expect(found(...all())).toEqual([
      'IngressRoute/app/x spec.routes[0].match: never gets a request: IngressRoute/app/x comes first (priority 40); write priority: 41 or higher',
    ]);
    expect(found(...all(0))).toHaveLength(1);
    expect(found(...all(40))).toEqual([]);
    expect(found(...all(41))).toEqual([]);
    expect(found(traefik([{ match: A }]), traefik([{ match: `${A} && Path(\`/\`)` }]))).toEqual([]);
    expect(found(traefik([{ match: `${A} || Host(\`b.org\`)` }]), traefik([{ match: A }]))).toEqual([
      expect.stringContaining('(priority 30, the length of its rule); write priority: 31 or higher'),
    ]);
  });

  it('can get nothing because of several together', () => {
    const [x, y] = ['/x', '/y'].map((path) => ({ match: `${A} && PathPrefix(\`${path}\`)`, priority: 90 }));
    const both = { match: `${A} && (PathPrefix(\`/x\`) || PathPrefix(\`/y/z\`))`, priority: 80 };
    if (x === undefined || y === undefined) throw new Error('two');
    expect(found(traefik([x, y, both]))).toHaveLength(1);
    expect(found(traefik([x, both]))).toEqual([]);
  });

  it('competes with those of the same Traefik and entry point alone, once for all of its Services', () => {
    const high = [{ match: A, priority: 90 }];
    const low = [{ match: `${A} && Path(\`/x\`)`, priority: 9 }];
    expect(found(traefik(high), traefik(low, {}, { namespace: 'other' }))).toHaveLength(1);
    expect(found(traefik(high), traefik(low, { entryPoints: ['web'] }))).toEqual([]);
    expect(found(traefik(high), traefik(low, { ingressClassName: 'inner' }))).toEqual([]);
    expect(found(traefik(high), traefik(low, { ingressClassName: 'traefik' }))).toHaveLength(1);
    const annotations = { 'kubernetes.io/ingress.class': 'inner' };
    expect(found(traefik(high), traefik(low, {}, { annotations }))).toEqual([]);
    expect(found(traefik(high), traefik(low, { parentRefs: [{ name: 'y' }] }))).toEqual([]);
    expect(found(traefik(high, { parentRefs: [{ name: 'y' }] }), traefik(low))).toEqual([]);
    const two = {
      kind: 'Rule',
      ...low[0],
      services: [
        { name: 'a', port: 1 },
        { name: 'b', port: 1 },
      ],
    };
    expect(found(traefik(high), traefik([], { routes: [two] }))).toHaveLength(1);
  });

  it('costs little, however many there are', () => {
    const many = Array.from({ length: 4_000 }, (_, index) => ({
      match: `${A} && PathPrefix(\`/${index}/\`)`,
      priority: index + 1,
    }));
    expect(found(traefik(many))).toEqual([]);
  });
});

describe('a subject of a tunnel', () => {
  it('gets nothing after one that takes all', () => {
    expect(found(tunnel([['a.org'], ['a.org', '^/x'], ['b.org']]))).toEqual([
      'TunnelBinding/app/x subjects[1].spec.path: never gets a request: TunnelBinding/app/x comes first (subjects[0]); move it before subjects[0]',
    ]);
    expect(
      found(
        tunnel([
          ['a.org', '^/x'],
          ['a.org', '^/x/y$'],
        ]),
      ),
    ).toHaveLength(1);
  });

  it('gets some before it, beside it, and in another object', () => {
    expect(found(tunnel([['a.org', '^/x'], ['a.org', '^/y'], ['a.org'], ['b.org']]))).toEqual([]);
    expect(found(tunnel([['a.org']]), tunnel([['a.org', '^/x']], 'y'))).toEqual([]);
    expect(found(tunnel([['a.org']]), traefik([{ match: A, priority: 1 }]))).toEqual([]);
  });
});
