import { describe, expect, it } from 'vitest';
import { loadStack, loadVersions } from '../../../charts/stack/load.ts';
import { decodeText } from '../../../src/stack/reading/decode.ts';
import { repositoryImages } from '../../stacks.ts';

/** Text with single bytes written `\xNN`. */
function bytes(text: string): Uint8Array {
  const parts = text.split(/\\x([0-9a-f]{2})/);
  return Buffer.concat(
    parts.map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from(part, 'hex'))),
  );
}

describe('bytes as text', () => {
  it.each([
    ['\\xff', 0, 1, 1],
    ['a: b\\xe4', 4, 1, 5],
    ['a: b\nc: ä\\xff', 10, 2, 5],
    // An emoji is two columns, as in every other message.
    ['😀\\xff', 4, 1, 3],
    // A character that is cut off at the end of the file, or of the line.
    ['abc\\xe2\\x82', 3, 1, 4],
    ['abc\\xf0\\x9f\\x98\nx', 3, 1, 4],
    // Written longer than needed, half of a character, beyond the last one.
    ['a\\xc0\\xaf', 1, 1, 2],
    ['a\\xed\\xa0\\x80', 1, 1, 2],
    ['a\\xf5\\x80\\x80\\x80', 1, 1, 2],
    ['äöü\\x80', 6, 1, 4],
    // The replacement character itself is one like any other; what begins like it is not.
    ['\ufffda\\xef\\xbfx', 4, 1, 3],
    ['a\\xef\\xbf', 1, 1, 2],
  ])('%s is not UTF-8 from its byte %i on', (text, offset, line, column) => {
    const decoded = decodeText(bytes(text));
    expect(decoded).toMatchObject({ problem: { offset, line, column, remedy: 'save it as UTF-8' } });
  });

  it('is the same text where it is UTF-8, with the mark that some editors put first', () => {
    for (const text of ['', 'a', 'ä\n😀', '\ufeffa: b'])
      expect(decodeText(Buffer.from(text))).toEqual({ text });
  });

  it.each(['utf16le'] as const)('names UTF-16', (encoding) => {
    const little = Buffer.from('\ufeffa: b', encoding);
    const big = Buffer.from(little).swap16();
    for (const content of [little, big]) {
      expect(decodeText(content)).toMatchObject({
        problem: { line: 1, column: 1, what: 'this file is UTF-16', remedy: 'save it as UTF-8' },
      });
    }
  });
});

describe('a file that is not text', () => {
  it.each(['utf16le', 'utf16be'] as const)(
    'of an editor that writes %s without a mark is one error',
    (encoding) => {
      const text = '# Café\nschema: 1\nserverName: example.org\n'.repeat(3);
      const bytes =
        encoding === 'utf16be' ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf16le');
      expect(loadStack('stacks/x.yaml', bytes, repositoryImages()).diagnostics).toEqual([
        {
          position: { file: 'stacks/x.yaml', line: 1, column: 1 },
          code: 'MG010',
          what: 'this file is UTF-16',
          remedy: 'save it as UTF-8',
        },
      ]);
    },
  );

  it('names UTF-32', () => {
    for (const bytes of ['fffe000061000000', '0000feff00000061']) {
      expect(decodeText(Buffer.from(bytes, 'hex'))).toMatchObject({
        problem: { what: 'this file is UTF-32' },
      });
    }
  });

  it('but holds NUL bytes is one error at the first', () => {
    const bytes = Buffer.concat([Buffer.from('schema: 1\nname: a'), Buffer.alloc(4096)]);
    expect(loadStack('stacks/x.yaml', bytes, repositoryImages()).diagnostics).toMatchObject([
      {
        position: { line: 2, column: 8 },
        code: 'MG010',
        what: 'this is not a text file: it holds a NUL byte (0x00) here',
      },
    ]);
  });

  it('is an error at its first bad byte, and nothing else', () => {
    const content = bytes('schema: 1\nserverName: m\\xfcnchen.example\n');
    for (const { diagnostics } of [
      loadStack('stacks/x.yaml', content, repositoryImages()),
      loadVersions('stacks/x.yaml', content),
    ]) {
      expect(diagnostics).toEqual([
        {
          position: { file: 'stacks/x.yaml', line: 2, column: 14 },
          code: 'MG010',
          what: 'the byte 0xFC here is not valid UTF-8',
          remedy: 'save it as UTF-8',
        },
      ]);
    }
  });
});
