import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leakFinder } from './leaks.ts';

const value = `canary ${randomBytes(16).toString('base64')}?&+/`;
const find = leakFinder([{ name: 'value', bytes: Buffer.from(value) }]);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('the search for values', () => {
  it.each([
    ['itself', value],
    ['its beginning', value.slice(0, 12)],
    ['its end', value.slice(-12)],
    ['base64', base64(value)],
    ['base64 one byte later', base64(`"${value}"`)],
    ['base64 two bytes later', base64(`: ${value}.`)],
    ['base64 for URLs', Buffer.from(`x${value}`).toString('base64url')],
    ['hexadecimal digits', Buffer.from(value).toString('hex')],
    ['upper-case hexadecimal digits', Buffer.from(value).toString('hex').toUpperCase()],
    ['a URL', encodeURIComponent(value)],
    ['a URL with every letter encoded', Buffer.from(value).toString('hex').replace(/../g, '%$&')],
    ['JSON', JSON.stringify({ value })],
  ])('finds %s', (_, text) => {
    expect(find(`some text before ${text} and after`)).toHaveLength(1);
    expect(find(Buffer.from(`some text before ${text} and after`))).toHaveLength(1);
  });

  it('finds nothing in other texts', () => {
    expect(find(`canary ${base64(randomBytes(3000).toString('hex'))}`)).toEqual([]);
    expect(find(randomBytes(100_000))).toEqual([]);
  });
});
