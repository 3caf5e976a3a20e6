import { describe, expect, it } from 'vitest';
import { draftOf } from '../../src/render/draft.ts';
import { applyStep, type Misfit } from '../../src/render/json-patch.ts';
import { readTypedYaml } from '../../src/stack/reading/typed-yaml.ts';
import { type Operation, overridesSchema } from '../../src/system/overrides.ts';

const original = {
  a: { b: 1, '': 'empty', 'x/y': 1, 'm~n': 2 },
  list: ['p', 'q', 'r'],
  deep: { one: { two: {} } },
};

/** The data after some steps, or the first misfit. */
function patched(...steps: readonly Operation[]): unknown {
  const draft = draftOf(original);
  for (const step of steps) {
    const misfit = applyStep(draft, step);
    if (misfit !== undefined) return misfit;
  }
  return draft.value();
}

describe('steps as RFC 6902 has them', () => {
  it.each<[string, Operation[], object]>([
    ['add a key', [{ op: 'add', path: '/a/c', value: null }], { a: { ...original.a, c: null } }],
    ['add over a key', [{ op: 'add', path: '/a/b', value: 2 }], { a: { ...original.a, b: 2 } }],
    ['add before an item', [{ op: 'add', path: '/list/1', value: 'x' }], { list: ['p', 'x', 'q', 'r'] }],
    ['add behind the last', [{ op: 'add', path: '/list/-', value: 'x' }], { list: ['p', 'q', 'r', 'x'] }],
    ['add at the length', [{ op: 'add', path: '/list/3', value: 'x' }], { list: ['p', 'q', 'r', 'x'] }],
    ['replace an item', [{ op: 'replace', path: '/list/1', value: 'x' }], { list: ['p', 'x', 'r'] }],
    ['remove an item', [{ op: 'remove', path: '/list/0' }], { list: ['q', 'r'] }],
    ['an empty key', [{ op: 'replace', path: '/a/', value: 1 }], { a: { ...original.a, '': 1 } }],
    [
      'escapes',
      [
        { op: 'replace', path: '/a/x~1y', value: 3 },
        { op: 'replace', path: '/a/m~0n', value: 4 },
      ],
      { a: { ...original.a, 'x/y': 3, 'm~n': 4 } },
    ],
    ['move within a list', [{ op: 'move', from: '/list/0', path: '/list/2' }], { list: ['q', 'r', 'p'] }],
    ['move to where it is', [{ op: 'move', from: '/list', path: '/list' }], {}],
    ['copy', [{ op: 'copy', from: '/list/0', path: '/a/b' }], { a: { ...original.a, b: 'p' } }],
    [
      'a copy that shares nothing',
      [
        { op: 'copy', from: '/deep/one', path: '/a/b' },
        { op: 'add', path: '/a/b/two/x', value: 1 },
      ],
      { a: { ...original.a, b: { two: { x: 1 } } } },
    ],
    ['test', [{ op: 'test', path: '/deep', value: { one: { two: {} } } }], {}],
    [
      'test whatever the order of keys',
      [{ op: 'test', path: '/a', value: { 'm~n': 2, 'x/y': 1, '': 'empty', b: 1 } }],
      {},
    ],
  ])('%s', (_name, steps, change) => {
    const before = structuredClone(original);
    expect(patched(...steps)).toEqual({ ...original, ...change });
    expect(original).toEqual(before);
  });

  it.each<[string, Operation, Misfit['key'], string]>([
    ['the whole object', { op: 'replace', path: '', value: {} }, 'path', 'whole object'],
    ['the whole object to move', { op: 'move', from: '', path: '/a/b' }, 'from', 'whole object'],
    [
      '__proto__',
      { op: 'add', path: '/a/__proto__', value: 1 },
      'path',
      '"__proto__" is not the name of a field',
    ],
    [
      '__proto__ on the way',
      { op: 'add', path: '/__proto__/x', value: 1 },
      'path',
      'is not the name of a field',
    ],
    [
      'constructor',
      { op: 'copy', from: '/constructor', path: '/a/x' },
      'from',
      '"constructor" is not the name of a field',
    ],
    [
      'prototype',
      { op: 'test', path: '/a/prototype', value: 1 },
      'path',
      '"prototype" is not the name of a field',
    ],
    [
      'what JavaScript gives every object',
      { op: 'copy', from: '/toString', path: '/a/x' },
      'from',
      'is missing',
    ],
    [
      'the length of a list',
      { op: 'copy', from: '/list/length', path: '/a/x' },
      'from',
      'not the number of an item',
    ],
    ['a move into itself', { op: 'move', from: '/deep', path: '/deep/one/x' }, 'path', 'into itself'],
    ['a leading zero', { op: 'replace', path: '/list/01', value: 1 }, 'path', 'not the number of an item'],
    ['an exponent', { op: 'replace', path: '/list/1e0', value: 1 }, 'path', 'not the number of an item'],
    ['a sign', { op: 'remove', path: '/list/-1' }, 'path', 'not the number of an item'],
    ['an item beyond the end', { op: 'add', path: '/list/4', value: 1 }, 'path', 'which has 3 items'],
    ['the end to remove', { op: 'remove', path: '/list/3' }, 'path', 'beyond the end'],
    [
      'behind the last to replace',
      { op: 'replace', path: '/list/-', value: 1 },
      'path',
      'after the last item',
    ],
    ['something inside a text', { op: 'add', path: '/list/0/x', value: 1 }, 'path', 'single value'],
    ['a parent that is missing', { op: 'add', path: '/x/y', value: 1 }, 'path', '/x is missing'],
    ['a test of another value', { op: 'test', path: '/a/b', value: '1' }, 'value', 'has another value'],
    ['a test of a longer list', { op: 'test', path: '/list', value: ['p'] }, 'value', 'has another value'],
    ['no value', { op: 'add', path: '/a/x' }, 'op', 'op: add needs a value'],
    ['no from', { op: 'move', path: '/a/x' }, 'op', 'op: move needs from'],
    ['a very long path', { op: 'remove', path: '/a'.repeat(51) }, 'path', '51 steps'],
  ])('refuse %s', (_name, step, key, what) => {
    expect(patched(step)).toMatchObject({ key, what: expect.stringContaining(what) });
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});

describe('the way out of a path that leads nowhere', () => {
  const object = {
    metadata: { labels: { 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/part-of': 'chat' } },
    spec: { replicas: 1, containers: [{ name: 'web' }, { name: 'side' }], empty: {}, none: [] },
  };

  it.each<[string, string]>([
    ['/spec/replica', 'did you mean "replicas"? /spec has replicas, containers, empty, none'],
    ['/spce/replicas', 'did you mean "spec"? the object has metadata, spec'],
    ['/spec/empty/x', '/spec/empty is empty'],
    [
      '/metadata/labels/app.kubernetes.io/name',
      'write a slash within a key as ~1: /metadata/labels/app.kubernetes.io~1name',
    ],
    ['/spec/containers/side/image', 'items are counted from 0: write /spec/containers/1/image'],
    ['/spec/containers/2', 'write a number from 0 to 1, or add one with op: add and -'],
    ['/spec/containers/-', 'write a number from 0 to 1, or use op: add'],
    ['/spec/none/-', 'use op: add'],
    ['/spec/replicas/x', 'end the path there, or look it up in the rendered file'],
  ])('%s: %s', (path, remedy) => {
    expect(applyStep(draftOf(object), { op: 'remove', path })).toMatchObject({ key: 'path', remedy });
  });

  it('does not list the keys of a large group', () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`key-${n}`, n]));
    const misfit = applyStep(draftOf(wide), { op: 'remove', path: '/nothing-like-it' });
    expect(misfit?.remedy).toMatch(/^the object has key-0, .*, key-14 and 485 more$/);
  });
});

describe('a path that is not a JSON pointer', () => {
  it.each([
    ['spec/replicas', 'write /spec/replicas'],
    ['spec.template.spec', 'write /spec/template/spec'],
    ['$.spec.containers[0].image', 'write /spec/containers/0/image'],
    ['/metadata/labels/a~b', 'write ~0 for a tilde within a key, and ~1 for a slash'],
    ['the replicas', 'begin the path with a slash, as in /spec/replicas'],
  ])('%s: %s', (path, remedy) => {
    const text = `[{target: {kind: A, name: a}, why: b, patch: [{op: remove, path: ${JSON.stringify(path)}}]}]`;
    const { diagnostics } = readTypedYaml('x.yaml', text, overridesSchema);
    expect(diagnostics.map((one) => one.remedy)).toEqual([remedy]);
  });
});

describe('a draft', () => {
  it('takes back what it is told to, and keeps the rest', () => {
    const draft = draftOf(original);
    applyStep(draft, { op: 'add', path: '/list/0', value: 'x' });
    draft.keep();
    for (const step of [
      { op: 'remove', path: '/list/1' },
      { op: 'move', from: '/a/b', path: '/deep/one/two/b' },
      { op: 'add', path: '/new', value: {} },
      { op: 'replace', path: '/a', value: 1 },
    ] as const) {
      expect(applyStep(draft, step)).toBeUndefined();
    }
    draft.undo();
    expect(draft.value()).toEqual({ ...original, list: ['x', 'p', 'q', 'r'] });
  });

  it('copies an object once, however many steps change it', () => {
    const copies = (count: number): number => {
      let listed = 0;
      const wide = new Proxy(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, n])), {
        ownKeys: (target) => {
          listed++;
          return Reflect.ownKeys(target);
        },
      });
      const draft = draftOf({ wide });
      for (let n = 0; n < count; n++) applyStep(draft, { op: 'add', path: `/wide/new${n}`, value: n });
      return listed;
    };
    expect(copies(10)).toBe(1);
    expect(copies(2_000)).toBe(1);
  });
});
