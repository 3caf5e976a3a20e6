import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/stack/limits.ts';
import { readDocuments } from '../../../src/stack/reading/documents.ts';

const dataOf = (text: string): readonly unknown[] => {
  const { documents, diagnostics } = readDocuments('own/a.yaml', text);
  expect(diagnostics).toEqual([]);
  return documents.map(({ data }) => data);
};
const errorsOf = (text: string): readonly string[] =>
  readDocuments('own/a.yaml', text).diagnostics.map(
    ({ position: { file, line, column }, code, what, remedy }) =>
      `${file}:${line}:${column} ${code}: ${what}; ${remedy}`,
  );

describe('the documents of a file', () => {
  it.each([
    ['a: 1\n', [{ a: 1 }]],
    ['---\na: 1\n---\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['--- {a: 1}\n--- # comment\nb: 2\n...\n', [{ a: 1 }, { b: 2 }]],
    ['a: 1\n...\n# between\n---\nb: 2', [{ a: 1 }, { b: 2 }]],
    ['a: 1\n...\nb: 2\n', [{ a: 1 }, { b: 2 }]],
    ['# nothing\n---\n\n---\na: 1\n---\n', [{ a: 1 }]],
    ['a: |\n  ---\n  text\nb: ---x\n---x: 1\n', [{ a: '---\ntext\n', b: '---x', '---x': 1 }]],
    ['a: 1\r\n---\r\nb: 2\r\n', [{ a: 1 }, { b: 2 }]],
  ])('of %j are what it says', (text, expected) => {
    expect(dataOf(text)).toEqual(expected);
  });

  it('keep the places of all values', () => {
    const { documents } = readDocuments('own/a.yaml', '# one\na: 1\n---\n# two\nb:\n  - c: 2\n');
    expect(documents.map(({ at }) => at([]))).toEqual([
      { file: 'own/a.yaml', line: 2, column: 1 },
      { file: 'own/a.yaml', line: 5, column: 1 },
    ]);
    expect(documents[1]?.at(['b', 0, 'c'])).toEqual({ file: 'own/a.yaml', line: 6, column: 8 });
    expect(documents[1]?.keyAt(['b'])).toEqual({ file: 'own/a.yaml', line: 5, column: 1 });
  });

  it('are read although another one is wrong', () => {
    const { documents, diagnostics } = readDocuments('a.yaml', 'a: [\n---\nb: 1\nb: 2\n---\nc: 3\n');
    expect(documents.map(({ data }) => data)).toEqual([{ c: 3 }]);
    expect(diagnostics.map(({ position, code }) => `${position.line} ${code}`)).toEqual([
      '2 MG001',
      '4 MG001',
    ]);
    // Lines are those of the file.
    expect(diagnostics[1]?.what).toContain('in line 3');
  });

  it('are no longer than a file may be', () => {
    expect(errorsOf(`a: 1\n---\n# ${'x'.repeat(LIMITS.fileLength)}\n`)).toEqual([
      expect.stringMatching(/^own\/a\.yaml:1:1 MG016: this file is longer than 1,000,000 characters; /),
    ]);
  });

  it('hold together no more than one file may', () => {
    const list = `[${'1,'.repeat(9_000)}]`;
    const part = `a: ${list}\nb: ${list}\n`;
    const { diagnostics } = readDocuments('own/a.yaml', `${part}---\n${part}---\n${part}`);
    expect(diagnostics.map(({ code, position }) => `${position.line} ${code}`)).toEqual(['8 MG016']);
  });

  it('hold no directive, and nothing but text', () => {
    expect(errorsOf('%YAML 1.1\n---\na: 1\n')).toEqual([expect.stringMatching(/:1:1 MG045: /)]);
    expect(errorsOf('a: 1\n...\n%YAML 1.1\n---\nb: 1\n')).toEqual([expect.stringMatching(/:3:1 MG045: /)]);
    expect(errorsOf('a: 1\n---\nb: \u0007\n')).toEqual([expect.stringMatching(/:3:4 MG011: /)]);
    expect(errorsOf('a: 1\n---\nb: 9007199254740993\n')).toEqual([expect.stringMatching(/:3:4 MG044: /)]);
  });
});

describe('what kubectl reads differently', () => {
  it.each([
    ['0644', 'write 420, which is 0644 in octal digits, or put it in quotes'],
    ['0o644', 'write 420, which is 0o644 in octal digits, or'],
    ['0899', 'write a plain number, or'],
    ['1_000', 'write a plain number, or'],
    ['0b11', 'write a plain number, or'],
    ['yes', 'write true or false, or put it in quotes'],
    ['Off', 'write true or false, or'],
    ['n', 'write true or false, or'],
  ])('%s is an error', (word, remedy) => {
    expect(errorsOf(`x: 1\n---\na: {b: ${word}}\n`)).toEqual([
      expect.stringMatching(new RegExp(`^own/a\\.yaml:3:8 MG120: ${word} is .*; ${remedy}`)),
    ]);
  });

  it('as a key is an error too', () => {
    expect(errorsOf('data:\n  y: "1"\n')).toEqual([expect.stringMatching(/:2:3 MG120: y is /)]);
  });

  it.each(['"0644"', "'yes'", '0', '644', '0.5', '-1', 'true', 'None', '1:30', '0x1f', 'v0', '2026-01-01'])(
    '%s is not',
    (word) => {
      expect(errorsOf(`a: ${word}\n`)).toEqual([]);
    },
  );
});
