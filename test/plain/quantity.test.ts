import { describe, expect, it } from 'vitest';
import {
  bytes,
  formatBytes,
  formatMillicores,
  isCpu,
  isMemory,
  mebibytes,
  millicores,
  parseQuantity,
} from '../../src/plain/quantity.ts';

describe('amounts a stack file may hold', () => {
  it.each(['1Ki', '512Mi', '4Gi', '2Ti'])('takes %s for a size', (text) => {
    expect(isMemory(text)).toBe(true);
  });

  it.each(['4G', '4GB', '4gi', '0Gi', '1.5Gi', '-1Gi', '04Gi', '4', '4 Gi', ' 4Gi', '4Gi\n', ''])(
    'does not take %j for a size',
    (text) => {
      expect(isMemory(text)).toBe(false);
    },
  );

  it.each(['1', '16', '500m', '1500m'])('takes %s for CPU', (text) => {
    expect(isCpu(text)).toBe(true);
  });

  it.each(['0', '0m', '0.5', '50%', '2c', '-1', 'm', '1M', ''])('does not take %j for CPU', (text) => {
    expect(isCpu(text)).toBe(false);
  });
});

describe('reading quantities as Kubernetes does', () => {
  it.each([
    ['1Ki', 1024],
    ['1Gi', 1073741824],
    ['1G', 1e9],
    ['500m', 0.5],
    ['1e3', 1000],
    ['1E', 1e18],
    ['.5', 0.5],
    ['-2', -2],
  ])('reads %s as %d', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value);
  });

  it.each(['', 'abc', '1 Gi', '1KI', '1e', '--1', null, true])('finds no quantity in %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it('counts bytes, mebibytes and millicores', () => {
    expect(bytes('20Gi')).toBe(20 * 2 ** 30);
    expect(mebibytes('3Gi')).toBe(3072);
    expect(mebibytes('1537Ki')).toBe(1);
    expect(millicores('2')).toBe(2000);
    expect(millicores('250m')).toBe(250);
  });

  it('names the text that is no amount', () => {
    expect(() => bytes('much')).toThrow('"much"');
    expect(() => millicores('fast')).toThrow('"fast"');
  });
});

describe('writing amounts', () => {
  it.each([
    [4 * 2 ** 30, '4Gi'],
    [1536 * 2 ** 20, '1536Mi'],
    [2 * 2 ** 40, '2Ti'],
    [64 * 2 ** 10, '64Ki'],
    [1025, '2Ki'],
  ])('writes %d bytes as %s', (amount, text) => {
    expect(formatBytes(amount)).toBe(text);
  });

  it('reads back what it wrote', () => {
    for (const text of ['1Ki', '512Mi', '20Gi', '3Ti']) expect(formatBytes(bytes(text))).toBe(text);
    for (const text of ['2', '500m', '1500m']) expect(formatMillicores(millicores(text))).toBe(text);
  });
});
