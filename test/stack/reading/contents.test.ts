import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../src/stack/reading/yaml-source.ts';

/** `line:column CODE what`. */
function wrong(text: string): readonly string[] {
  return readYaml('x.yaml', text).diagnostics.map(
    ({ position: { line, column }, code, what }) => `${line}:${column} ${code} ${what}`,
  );
}

const REFUSED = [
  0x00, 0x07, 0x08, 0x0b, 0x0c, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0x2028, 0x2029, 0xfffe, 0xffff,
];

describe('characters', () => {
  it.each(REFUSED.map((code) => [code.toString(16).toUpperCase().padStart(4, '0')]))(
    'U+%s is refused as it is, escaped, in a key, in a list and in a comment',
    (hex) => {
      const character = String.fromCodePoint(Number.parseInt(hex, 16));
      const message = `MG011 the character U+${hex} is not allowed here`;
      for (const [text, place] of [
        [`a: x\nb: ok${character}`, '2:6'],
        [`a: x\nb: "ok\\u${hex}"`, '2:4'],
        [`a: x\n"b\\u${hex}": c`, '2:1'],
        [`a:\n  - x\n  - "\\u${hex}"`, '3:5'],
        [`a: x # ok${character}`, '1:10'],
        [`a: |\n  one\n  t${character}o\n`, '3:4'],
        [`a: {b: {c: ["\\u${hex}"]}}`, '1:13'],
      ] as const) {
        // Written as it is, a NUL says that the file is not text.
        const wanted = text.includes('\0') ? 'MG010 this is not a text file' : message;
        expect(wrong(text), JSON.stringify(text)).toEqual([expect.stringContaining(`${place} ${wanted}`)]);
      }
    },
  );

  it('halves of characters are refused, whole ones are not', () => {
    expect(wrong('a: "\\ud800"')).toEqual([expect.stringContaining('1:4 MG011 the character U+D800')]);
    expect(wrong('"a\\udfff": b')).toEqual([expect.stringContaining('1:1 MG011 the character U+DFFF')]);
    expect(wrong('a: "\\ud83d\\ude00 😀 \\U0001F600"')).toEqual([]);
  });

  it('a carriage return is refused unless it ends a line', () => {
    expect(wrong('a: x\r\nb: |\r\n  one\r\n  two\r\n')).toEqual([]);
    expect(readYaml('x.yaml', 'b: |\r\n  one\r\n  two\r\n').source?.data).toEqual({ b: 'one\ntwo\n' });
    expect(wrong('a: "x\\ry"')).toEqual([expect.stringContaining('1:4 MG011 the character U+000D')]);
    expect(wrong('a: x\rb: y')).toEqual([expect.stringContaining('1:5 MG011 the character U+000D')]);
  });

  it('ordinary text is taken: tabs, any script, emoji, the mark at the beginning', () => {
    expect(wrong('\ufeffa: "\\t ä ж 漢 😀 \\u200d \\u202e"\nb: |\n  x\ty\n')).toEqual([]);
  });

  it('a file full of them gets a bounded list', () => {
    expect(wrong('\u0007'.repeat(10_000)).length).toBeLessThanOrEqual(20);
  });

  it('a file of NUL bytes is one error', () => {
    expect(wrong('\u0000'.repeat(10_000))).toEqual([
      expect.stringContaining('1:1 MG010 this is not a text file'),
    ]);
  });
});

describe('numbers', () => {
  it.each([
    '9007199254740993',
    '9007199254740992',
    '-9007199254740993',
    '12345678901234567890',
    '0x20000000000001',
    '1e400',
    '-1e400',
    '1e21',
    '.inf',
    '-.INF',
    '.nan',
    '!!float 1e999',
  ])('%s is an error, not rounded', (number) => {
    for (const text of [`a: ${number}`, `a: {b: [1, ${number}]}`]) {
      expect(wrong(text), text).toEqual([expect.stringMatching(/^1:\d+ MG044 /)]);
    }
  });

  it.each([
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '1.5e300'.replace('300', '10'),
    '0x1f',
    '"9007199254740993"',
    '".nan"',
  ])('%s is taken', (value) => expect(wrong(`a: ${value}`)).toEqual([]));

  it('as a key is an error too, since it would become another key', () => {
    expect(wrong('9007199254740993: x')).toEqual([expect.stringMatching(/^1:1 MG044 /)]);
  });

  it('is told at every place at once, with the way out', () => {
    const { diagnostics } = readYaml('x.yaml', 'a: 9007199254740993\nb: .nan\n');
    expect(diagnostics).toMatchObject([
      {
        position: { line: 1, column: 4 },
        what: '9007199254740993 is larger than a number can be here: it would be rounded to 9007199254740992',
        remedy: expect.stringContaining('put it in quotes'),
      },
      {
        position: { line: 2, column: 4 },
        what: '.nan means "not a number" in YAML, which Kubernetes does not accept',
      },
    ]);
  });
});

describe('directives', () => {
  it.each([
    ['%YAML 1.1\n---\na: yes\n', '1:1'],
    ['# a comment\n\n%YAML 1.2\n---\na: 1\n', '3:1'],
    ['%TAG ! tag:example.org,2000:\n---\na: 1\n', '1:1'],
    ['\ufeff%YAML 1.1\n---\na: 1\n', '1:2'],
  ])('are refused: %j', (text, place) => {
    expect(wrong(text)).toEqual([expect.stringMatching(new RegExp(`^${place} MG045 a directive, %`))]);
  });

  it('are not what a text in the file says', () => {
    expect(wrong('a: |\n  %YAML 1.1\n  %TAG x\nb: "%YAML 1.2"\n')).toEqual([]);
  });
});
