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
  const wide = wideEncoding(bytes);
  if (wide !== undefined) {
    return { problem: { offset: 0, line: 1, column: 1, what: `this file is ${wide}`, remedy: REMEDY } };
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    const what = 'this is not a text file: it holds a NUL byte (0x00) here';
    return {
      problem: {
        ...placeOf(bytes, nul),
        what,
        remedy: 'check that it is the right file; if it is, restore it from git',
      },
    };
  }
  if (isUtf8(bytes)) return { text: Buffer.from(bytes).toString('utf8') };
  const offset = firstBadByte(bytes);
  const byte = (bytes[offset] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const what = `the byte 0x${byte} here is not valid UTF-8`;
  return { problem: { ...placeOf(bytes, offset), what, remedy: REMEDY } };
}

/** Line and column of a byte. */
function placeOf(bytes: Uint8Array, offset: number): Pick<NotText, 'offset' | 'line' | 'column'> {
  const before = Buffer.from(bytes.subarray(0, offset)).toString('utf8');
  const column = before.length - before.lastIndexOf('\n');
  return { offset, line: before.split('\n').length, column };
}

/** So much of a file tells which of its bytes are zero. */
const SAMPLE = 1000;

/** UTF-16 or UTF-32, by the mark at the beginning, or by every other byte of mostly ASCII text, which is zero. */
function wideEncoding(bytes: Uint8Array): 'UTF-16' | 'UTF-32' | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32';
  const zeros = [0, 0];
  const sample = bytes.subarray(0, SAMPLE);
  for (const [index, byte] of sample.entries())
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const half = sample.length / 2;
  const isWide = Math.max(even, odd) > half * 0.8 && Math.min(even, odd) < half * 0.1;
  return sample.length > 3 && isWide ? 'UTF-16' : undefined;
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
