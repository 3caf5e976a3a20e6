import { describe, expect, it } from 'vitest';
import { valueAt } from '../../../src/plain/data.ts';
import { type Path, readYaml, replaced, type YamlSource } from '../../../src/stack/reading/yaml-source.ts';

function sourceOf(text: string): YamlSource {
  const { source, diagnostics } = readYaml('x.yaml', text);
  if (source === undefined) throw new Error(JSON.stringify(diagnostics));
  return source;
}

/** `line:column` of a value. */
function at(text: string, path: Path): string {
  const { line, column } = sourceOf(text).at(path);
  return `${line}:${column}`;
}

const text = [
  '# a comment',
  'name: chat',
  'block:',
  '  inner: 1',
  'flow: {one: 1, two: "zwei"}',
  'list:',
  '  - first',
  '  - key: value',
  'empty:',
  '8080: port',
  '',
].join('\n');

describe('where a value stands', () => {
  it.each<[string, Path, string]>([
    ['text begins at its first character', ['name'], '2:7'],
    ['a group is known by its key', ['block'], '3:1'],
    ['a value inside a group', ['block', 'inner'], '4:10'],
    ['a group in braces is known by its key too', ['flow'], '5:1'],
    ['a quoted value begins at its quote', ['flow', 'two'], '5:21'],
    ['a list is known by its key', ['list'], '6:1'],
    ['an item of a list begins where it begins', ['list', 1], '8:5'],
    ['a value inside an item', ['list', 1, 'key'], '8:10'],
    ['nothing is known by its key', ['empty'], '9:1'],
    ['a key that is a number', [String(8080)], '10:7'],
    ['what is not written is at its nearest written parent', ['block', 'absent', 'deeper'], '3:1'],
    ['what the top lacks is where the file begins', ['absent'], '2:1'],
    ['an item that the list lacks is at the list', ['list', 7], '6:1'],
  ])('%s', (_name, path, place) => {
    expect(at(text, path)).toBe(place);
  });

  it('is the same with Windows line ends and a byte order mark before them', () => {
    expect(at(text.replaceAll('\n', '\r\n'), ['flow', 'two'])).toBe('5:21');
    expect(sourceOf(`\uFEFF${text}`).data).toEqual(sourceOf(text).data);
  });

  it('is at the anchor for what an alias repeats', () => {
    expect(at('a: &x {size: 1}\nb: *x\n', ['b', 'size'])).toBe('1:14');
  });

  it('is the beginning for a file of comments', () => {
    expect(at('# nothing\n', [])).toMatch(/^[12]:1$/);
    expect(sourceOf('').data).toBeNull();
  });

  it('gives keys their own place', () => {
    expect(sourceOf(text).keyAt(['flow', 'two'])).toEqual({ file: 'x.yaml', line: 5, column: 16 });
    expect(sourceOf(text).keyAt(['flow', 'three'])).toEqual({ file: 'x.yaml', line: 5, column: 1 });
  });
});

describe('text that is no YAML', () => {
  it.each([
    ['a tab as indentation', 'a:\n\tb: 1\n', '2:1'],
    ['an open bracket', 'a: [1, 2\n', '2:1'],
    ['an open quote', 'a: "x\n', '2:1'],
    ['a second document', 'a: 1\n---\nb: 2\n', '2:1'],
    ['a colon in plain text', 'a: b: c\n', '1:4'],
    ['an alias of nothing', 'a: *x\n', '1:4'],
  ])('%s is one error at its place', (_name, wrong, place) => {
    const { source, diagnostics } = readYaml('x.yaml', wrong);
    expect(source).toBeUndefined();
    expect(diagnostics.map(({ position, code }) => `${position.line}:${position.column} ${code}`)).toEqual([
      `${place} MG001`,
    ]);
  });

  it('tells every key that is written twice', () => {
    const { diagnostics } = readYaml('x.yaml', 'a: 1\nb: 1\na: 2\nb: 2\n');
    expect(diagnostics.map(({ position }) => position.line)).toEqual([3, 4]);
  });
});

describe('changing plain data', () => {
  const data = { a: { b: [1, 2, 3] }, c: null };

  it('replaces, adds and takes out without touching the original', () => {
    const before = structuredClone(data);
    expect(replaced(data, ['a', 'b', 1], 9)).toEqual({ a: { b: [1, 9, 3] }, c: null });
    expect(replaced(data, ['a', 'b', 1], undefined)).toEqual({ a: { b: [1, 3] }, c: null });
    expect(replaced(data, ['a', 'new'], 1)).toEqual({ a: { b: [1, 2, 3], new: 1 }, c: null });
    expect(replaced(data, ['c'], undefined)).toEqual({ a: { b: [1, 2, 3] } });
    expect(replaced(data, [], 'all')).toBe('all');
    expect(data).toEqual(before);
  });

  it('finds values, and nothing where nothing is', () => {
    expect(valueAt(data, ['a', 'b', 2])).toBe(3);
    expect(valueAt(data, ['c'])).toBeNull();
    expect(valueAt(data, ['c', 'd'])).toBeUndefined();
    expect(valueAt(data, ['toString'])).toBeUndefined();
  });
});
