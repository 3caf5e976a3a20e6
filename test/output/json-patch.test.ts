import { describe, expect, it } from 'vitest';
import type { Operation } from '../../model/overrides.ts';
import { draftOf } from '../../output/draft.ts';
import { applyStep, type Misfit } from '../../output/json-patch.ts';

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
    ['__proto__', { op: 'add', path: '/a/__proto__', value: 1 }, 'path', '"__proto__" is not a valid step'],
    ['__proto__ on the way', { op: 'add', path: '/__proto__/x', value: 1 }, 'path', 'not a valid step'],
    [
      'constructor',
      { op: 'copy', from: '/constructor', path: '/a/x' },
      'from',
      '"constructor" is not a valid',
    ],
    ['prototype', { op: 'test', path: '/a/prototype', value: 1 }, 'path', '"prototype" is not a valid step'],
    [
      'what JavaScript gives every object',
      { op: 'copy', from: '/toString', path: '/a/x' },
      'from',
      'is missing',
    ],
    ['the length of a list', { op: 'copy', from: '/list/length', path: '/a/x' }, 'from', 'not an index'],
    ['a move into itself', { op: 'move', from: '/deep', path: '/deep/one/x' }, 'path', 'into itself'],
    ['a leading zero', { op: 'replace', path: '/list/01', value: 1 }, 'path', 'not an index'],
    ['an exponent', { op: 'replace', path: '/list/1e0', value: 1 }, 'path', 'not an index'],
    ['a sign', { op: 'remove', path: '/list/-1' }, 'path', 'not an index'],
    ['an item beyond the end', { op: 'add', path: '/list/4', value: 1 }, 'path', 'which has 3 items'],
    ['the end to remove', { op: 'remove', path: '/list/3' }, 'path', 'beyond the end'],
    ['behind the last to replace', { op: 'replace', path: '/list/-', value: 1 }, 'path', 'behind the last'],
    ['something inside a text', { op: 'add', path: '/list/0/x', value: 1 }, 'path', 'single value'],
    ['a parent that is missing', { op: 'add', path: '/x/y', value: 1 }, 'path', '/x is missing'],
    ['a test of another value', { op: 'test', path: '/a/b', value: '1' }, 'value', 'has another value'],
    ['a test of a longer list', { op: 'test', path: '/list', value: ['p'] }, 'value', 'has another value'],
    ['no value', { op: 'add', path: '/a/x' }, 'op', 'has no value'],
    ['no from', { op: 'move', path: '/a/x' }, 'op', 'does not say from where'],
    ['a very long path', { op: 'remove', path: '/a'.repeat(51) }, 'path', '51 steps'],
  ])('refuse %s', (_name, step, key, what) => {
    expect(patched(step)).toMatchObject({ key, what: expect.stringContaining(what) });
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
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
