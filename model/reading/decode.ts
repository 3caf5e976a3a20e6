import { isUtf8 } from 'node:buffer';
import type { Diagnostic } from '../diagnostic.ts';

/** Where bytes stop being UTF-8. */
export interface NotText {
  /** Index of the first byte that does not fit. */
  readonly offset: number;
  /** Counting from 1; columns in UTF-16 units, as everywhere. */
  readonly line: number;
  readonly column: number;
  readonly what: string;
  readonly remedy: string;
}

/** Text, or why it is none. */
export type Decoded = { readonly text: string } | { readonly problem: NotText };

const REMEDY = 'save it as UTF-8';

/** Bytes as text. What is not UTF-8 is a problem: a replacement character would change what a person wrote. */
export function decodeText(bytes: Uint8Array): Decoded {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16) {
    const problem = { offset: 0, line: 1, column: 1, what: 'this file is UTF-16', remedy: REMEDY };
    return { problem };
  }
  if (isUtf8(bytes)) return { text: Buffer.from(bytes).toString('utf8') };
  const offset = firstBadByte(bytes);
  const before = Buffer.from(bytes.subarray(0, offset)).toString('utf8');
  const lineStart = before.lastIndexOf('\n') + 1;
  const byte = (bytes[offset] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  return {
    problem: {
      offset,
      line: before.split('\n').length,
      column: before.length - lineStart + 1,
      what: `the byte 0x${byte} here is not valid UTF-8`,
      remedy: REMEDY,
    },
  };
}

/** The same as a finding about a file. */
export function notText(file: string, { line, column, what, remedy }: NotText): Diagnostic {
  return { position: { file, line, column }, code: 'MG010', what, remedy };
}

/** Read leniently and written again, bytes differ from there on where the first replacement character came in. */
function firstBadByte(bytes: Uint8Array): number {
  const lenient = Buffer.from(Buffer.from(bytes).toString('utf8'));
  let index = 0;
  while (bytes[index] === lenient[index]) index++;
  // The replacement may begin with the same bytes.
  while (((lenient[index] ?? 0) & 0xc0) === 0x80) index--;
  return index;
}
