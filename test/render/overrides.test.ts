import { describe, expect, it } from 'vitest';
import { applyOverrides, missingTarget } from '../../src/render/overrides.ts';
import type { Manifest, ManifestFile } from '../../src/stack/manifest.ts';
import type { Override } from '../../src/system/overrides.ts';
import { dig } from '../stacks.ts';

const web: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'matrix', labels: { a: '1', b: '2' } },
  spec: { replicas: 1, list: ['x', 'y'] },
};
const elsewhere: Manifest = { ...web, metadata: { name: 'web', namespace: 'other' } };
const service: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'matrix' },
};
const files: readonly ManifestFile[] = [
  { path: 'web.yaml', manifests: [web, service] },
  { path: 'other.yaml', manifests: [elsewhere] },
];

function override(patch: Override['patch'], target: Partial<Override['target']> = {}): Override {
  return {
    target: { kind: 'Deployment', name: 'web', namespace: 'matrix', ...target },
    patch,
    why: 'a test',
  };
}

function apply(overrides: readonly Override[]) {
  const { unmatched, problems, ...rest } = applyOverrides(
    files,
    overrides.map((one, index) => ({ index, override: one })),
  );
  const all = files.flatMap(({ manifests }) => manifests);
  return { ...rest, problems: [...problems, ...unmatched.map((one) => missingTarget(one, all))] };
}

/** The Deployment `web` after the overrides. */
function after(...overrides: readonly Override[]): unknown {
  const { files: changed, problems } = apply(overrides);
  expect(problems).toEqual([]);
  return changed[0]?.manifests[0];
}

/** What is wrong with one override. */
function problem(one: Override): unknown {
  const { files: changed, problems } = apply([one]);
  expect(changed).toEqual(files);
  expect(problems).toHaveLength(1);
  return problems[0];
}

describe('a merge patch', () => {
  it('merges groups, replaces lists, removes with null, and keeps the rest', () => {
    const patch = {
      metadata: { labels: { a: null, c: '3' } },
      spec: { list: ['z'], unheardOf: { deep: true } },
    };
    expect(after(override(patch))).toEqual({
      ...web,
      metadata: { name: 'web', namespace: 'matrix', labels: { b: '2', c: '3' } },
      spec: { replicas: 1, list: ['z'], unheardOf: { deep: true } },
    });
  });

  it('leaves what was handed in as it was', () => {
    const before = structuredClone(files);
    apply([override({ spec: { replicas: 9 } }), override([{ op: 'remove', path: '/spec/list' }])]);
    expect(files).toEqual(before);
  });
});

describe('a patch of steps', () => {
  it('adds, replaces, moves and removes in order', () => {
    const patched = after(
      override([
        { op: 'test', path: '/spec/replicas', value: 1 },
        { op: 'replace', path: '/spec/replicas', value: 2 },
        { op: 'add', path: '/spec/list/-', value: 'z' },
        { op: 'remove', path: '/spec/list/0' },
        { op: 'move', from: '/metadata/labels/a', path: '/metadata/labels/d' },
      ]),
    );
    expect(dig(patched, 'spec')).toEqual({ replicas: 2, list: ['y', 'z'] });
    expect(dig(patched, 'metadata', 'labels')).toEqual({ b: '2', d: '1' });
  });

  it.each([
    ['a path that is not there', [{ op: 'replace', path: '/spec/paused', value: true }], 0, 'path'],
    ['a removal of nothing', [{ op: 'remove', path: '/spec/paused' }], 0, 'path'],
    ['a parent that is not there', [{ op: 'add', path: '/spec/a/b', value: 1 }], 0, 'path'],
    [
      'a test that fails, after a step that fits',
      [
        { op: 'add', path: '/spec/a', value: 1 },
        { op: 'test', path: '/spec/a', value: 2 },
      ],
      1,
      'value',
    ],
  ] as const)('refuses %s and names the step', (_, patch, step, key) => {
    expect(problem(override([...patch]))).toMatchObject({ code: 'MG052', at: ['patch', step, key] });
  });
});

describe('overrides', () => {
  it('apply in order, later over earlier', () => {
    const last = after(override({ spec: { replicas: 2 } }), override({ spec: { replicas: 3 } }));
    expect(dig(last, 'spec', 'replicas')).toBe(3);
  });

  it('suggest the nearest name, kind or namespace for a target that matches nothing', () => {
    expect(problem(override({}, { name: 'wbe' }))).toMatchObject({
      code: 'MG050',
      at: ['target', 'name'],
      remedy: 'did you mean "web"? it has web',
    });
    expect(problem(override({}, { kind: 'Deploiment' }))).toMatchObject({
      code: 'MG050',
      at: ['target', 'kind'],
      remedy: 'did you mean "Deployment"? its kinds are Deployment, Service',
    });
    expect(problem(override({}, { namespace: 'matrx' }))).toMatchObject({ at: ['target', 'namespace'] });
  });

  it('ask for the namespace where two objects share kind and name', () => {
    const { target, ...rest } = override({});
    const { namespace: _, ...without } = target;
    expect(problem({ ...rest, target: without })).toMatchObject({
      code: 'MG051',
      remedy: 'add namespace: with one of matrix, other',
    });
  });

  it.each([
    [{ kind: 'Pod' }],
    [{ metadata: { name: 'other' } }],
    [{ metadata: { namespace: null } }],
    [{ apiVersion: 'apps/v2' }],
    [{ metadata: null }],
  ])('refuse to make an object another: %j', (patch) => {
    expect(problem(override(patch))).toMatchObject({ code: 'MG053' });
  });
});

describe('an override of the server name', () => {
  const homeserver = (name: string): string => `server_name: ${name}\nreport_stats: false\n`;
  const config: Manifest = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'config', namespace: 'matrix' },
    data: { 'homeserver.yaml': homeserver('example.org') },
  };
  const problemsOf = (text: string) => {
    const one: Override = {
      target: { kind: 'ConfigMap', name: 'config' },
      patch: { data: { 'homeserver.yaml': text } },
      why: 'a test',
    };
    return applyOverrides([{ path: 'config.yaml', manifests: [config] }], [{ index: 0, override: one }])
      .problems;
  };

  it('is an error, since the rest of the stack keeps the other one', () => {
    expect(problemsOf(homeserver('evil.org'))).toEqual([
      {
        index: 0,
        at: ['patch', 'data', 'homeserver.yaml'],
        code: 'MG054',
        what: 'ConfigMap config: after this override the server name is "evil.org", but the rest of the stack has "example.org"',
        remedy: 'write "example.org" here; a server of another name needs serverName in the stack file',
      },
    ]);
    expect(problemsOf(`${homeserver('example.org')}more: 1\n`)).toEqual([]);
  });
});
