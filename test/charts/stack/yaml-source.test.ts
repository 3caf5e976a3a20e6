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

  const FURTHER = /^line (\d) is indented further than line (\d), which has a value of its own$/;
  it.each([
    ['plain text', 'element:\n  brand: x\n   theme: dark\n', '3:4', '3', '2'],
    ['text of several lines', 'element:\n  brand: x\n   y\n   theme: dark\n', '4:4', '4', '2'],
    ['text in quotes', 'element:\n  brand: "x"\n   theme: dark\n', '3:4', '3', '2'],
    ['a list in brackets', 'a:\n  b: [x]\n\n  # note\n   c: 2\n', '5:4', '5', '2'],
    ['the first line', 'a: 1\n  b: 2\n', '2:3', '2', '1'],
    ['an item of a list', 'a:\n  - b: 1\n     c: 2\n', '3:6', '3', '2'],
    ['Windows line ends', 'element:\r\n  brand: x\r\n   theme: dark\r\n', '3:4', '3', '2'],
  ])('names the line that is indented further than %s', (_name, wrong, place, lower, upper) => {
    const { diagnostics } = readYaml('x.yaml', wrong);
    expect(diagnostics.map(({ position: { line, column } }) => `${line}:${column}`)).toEqual([place]);
    expect(FURTHER.exec(diagnostics[0]?.what ?? '')?.slice(1)).toEqual([lower, upper]);
    expect(diagnostics[0]?.remedy).toContain(`remove the value from line ${upper}`);
  });

  it.each([
    ['a key', 'a:\n    b: x\n  c: dark\n', '3:3'],
    ['an item', 'a:\n  b:\n    - c\n   - d\n', '4:4'],
    ['a key below items', 'a:\n  b:\n    - c\n   d: 1\n', '4:4'],
    ['a key in the place of an item', 'a:\n  - b: 1\n  c: 2\n', '3:3'],
    ['a line below a text block', 'a: |\n   x\n  y\n', '3:3'],
  ])('names the line whose indentation fits nothing: %s', (_name, wrong, place) => {
    const { diagnostics } = readYaml('x.yaml', wrong);
    expect(diagnostics.map(({ position: { line, column } }) => `${line}:${column}`)).toEqual([place]);
    expect(diagnostics[0]?.what).toMatch(/^the indentation of line \d fits none of the lines above it$/);
  });

  it.each([
    ['a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n', 2, '<<<<<<<'],
    ['a:\r\n  c: 1\r\n=======\r\n  b: 3\r\n>>>>>>> other\r\n', 3, '======='],
    ['a: 1\na: 2\n>>>>>>> other\n', 3, '>>>>>>>'],
  ])('names a merge conflict: %j', (wrong, line, marker) => {
    const { diagnostics } = readYaml('x.yaml', wrong);
    expect(diagnostics).toEqual([
      {
        position: { file: 'x.yaml', line, column: 1 },
        code: 'MG001',
        what: `this line (${marker}) belongs to a merge conflict of Git`,
        remedy: 'keep the lines of one side, and remove the lines with <<<<<<<, ======= and >>>>>>>',
      },
    ]);
  });

  it.each([
    ['a: b\nccc\nb: 3\n', 'this line is not a key with a value'],
    ['a: b\nccc\n', 'this line is not a key with a value'],
    ['a: "x\n', 'a quote before this is not closed'],
    ['a: {b: 1\nc: 2\n', 'a bracket before this is not closed'],
    ['a: @x\n', 'a value cannot begin with this character'],
    ['a: "\\q"\n', 'in double quotes, this backslash and what follows mean nothing'],
    ['a: *\n', 'a name is missing after * or &'],
    ['a: "x" y\n', 'this cannot follow what comes before it'],
    ['a: &x &y 1\n', 'this is not YAML from here on'],
  ])('says nothing in the words of the parser: %j', (wrong, what) => {
    expect(readYaml('x.yaml', wrong).diagnostics.map((one) => one.what)).toEqual([what]);
  });

  it('tells every key that is written twice, and where else it is', () => {
    const { diagnostics } = readYaml('x.yaml', 'a: 1\nb: 1\na: 2\nb: 2\n');
    expect(diagnostics.map(({ position, what }) => `${position.line} ${what}`)).toEqual([
      '3 the key a is already defined in the same group in line 1',
      '4 the key b is already defined in the same group in line 2',
    ]);
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
