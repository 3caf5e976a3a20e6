import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { allProfiles, dig, digList, objectOf, objectsOf, publicStack, renderedOf } from '../stacks.ts';

/** `45m` in seconds. */
function seconds(text: unknown): number {
  const match = /^([0-9]+)([mh])$/.exec(String(text));
  return Number(match?.[1]) * (match?.[2] === 'h' ? 3600 : 60);
}

describe.each(allProfiles())('the layers of $file', (stack) => {
  const layer = (name: string): unknown => objectOf(stack, 'Kustomization', `${stack.name}-${name}`);
  const files = renderedOf(stack).files;
  // An entrance may have nothing there but pods.
  const hasEdge = files.has(`${stack.name}/networking/kustomization.yaml`);

  it('wait for each other in a chain, the edge for the namespace alone', () => {
    const follows = (name: string): unknown => dig(layer(name), 'spec', 'dependsOn', 0, 'name');
    expect(follows('namespace')).toBeUndefined();
    // Secrets come in between, where there are any to bring.
    const beforeData = files.has(`${stack.name}/secrets/kustomization.yaml`) ? 'secrets' : 'namespace';
    if (beforeData === 'secrets') expect(follows('secrets')).toBe(`${stack.name}-namespace`);
    expect(follows('data')).toBe(`${stack.name}-${beforeData}`);
    expect(follows('apps')).toBe(`${stack.name}-data`);
    if (hasEdge) expect(follows('edge')).toBe(`${stack.name}-namespace`);
  });

  it('gate data on the database, never on a claim that binds on first use', () => {
    expect(dig(layer('data'), 'spec')).toMatchObject({
      wait: false,
      healthChecks: [{ kind: 'Cluster', name: 'matrix-db' }],
    });
  });

  it('wait longer than the slowest rollout may take', () => {
    const deadlines = objectsOf(stack).map(({ manifest }) =>
      Number(dig(manifest, 'spec', 'progressDeadlineSeconds') ?? 0),
    );
    expect(seconds(dig(layer('apps'), 'spec', 'timeout'))).toBeGreaterThan(Math.max(...deadlines));
  });

  it('point at folders that exist, and together hold what the top holds', () => {
    const listed = (path: string): readonly string[] =>
      digList(load(files.get(`${stack.name}/${path}`) ?? ''), 'resources').map(String);
    const layers = [...files.keys()].flatMap((path) => /\/layers\/([^/]+)\//.exec(path)?.[1] ?? []);
    const always = ['namespace', 'data', 'apps', ...(hasEdge ? ['edge'] : [])];
    expect(layers).toEqual(expect.arrayContaining(always));
    const folders = layers.flatMap((name) => {
      expect(dig(layer(name), 'spec', 'path')).toBe(`${stack.flux.path}/${stack.name}/layers/${name}`);
      return listed(`layers/${name}/kustomization.yaml`).map((path) => path.replace('../../', ''));
    });
    expect(folders.sort()).toEqual([...listed('kustomization.yaml')].sort());
  });
});

it('names the source that was written', () => {
  const stack = publicStack(
    'flux: {namespace: gitops, source: {kind: OCIRepository, name: matrix}, path: ./deploy/dist}',
  );
  const namespace = objectOf(stack, 'Kustomization', 'test-namespace');
  expect(namespace.metadata.namespace).toBe('gitops');
  expect(dig(namespace, 'spec')).toMatchObject({
    path: './deploy/dist/test/layers/namespace',
    sourceRef: { kind: 'OCIRepository', name: 'matrix' },
  });
});
