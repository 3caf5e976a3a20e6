import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FileProblem } from '../../src/files/problem.ts';
import { checksumOf, hasBytes, headOf, readRegular } from '../../src/files/read.ts';

let file = '';
let link = '';
let pipe = '';
let top = '';
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'read-'));
  const made = top;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  [file, link, pipe] = [join(top, 'file'), join(top, 'link'), join(top, 'pipe')];
  writeFileSync(file, 'text');
  symlinkSync('file', link);
  execFileSync('mkfifo', [pipe]);
});

const kindOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof FileProblem) return error.kind;
    throw error;
  }
  return 'read';
};

describe('a file', () => {
  it('is read whole, up to its limit', () => {
    expect(readRegular(file, { limit: 4 }).toString()).toBe('text');
    expect(kindOf(() => readRegular(file, { limit: 3 }))).toBe('unfit');
    writeFileSync(file, '');
    expect(readRegular(file)).toHaveLength(0);
    writeFileSync(file, 'x'.repeat(200_001));
    expect(readRegular(file)).toHaveLength(200_001);
  });

  it('that says nothing of its size is read up to the limit too', () => {
    if (process.platform !== 'linux') return;
    expect(readRegular('/proc/self/stat').length).toBeGreaterThan(10);
    expect(kindOf(() => readRegular('/proc/self/stat', { limit: 10 }))).toBe('unfit');
    expect(kindOf(() => readRegular('/dev/zero', { pipes: true, limit: 1000 }))).toBe('unfit');
  });

  it('is read through a link only where that is wanted', () => {
    expect(kindOf(() => readRegular(link))).toBe('unfit');
    expect(readRegular(link, { links: 'followed' }).toString()).toBe('text');
  });

  it.each([
    ['a pipe', (): string => pipe],
    ['a device', (): string => '/dev/zero'],
    ['a folder', (): string => top],
    ['a link to a pipe', (): string => link],
  ])('is nothing like %s', (name, place) => {
    if (name === 'a link to a pipe') {
      rmSync(link);
      symlinkSync('pipe', link);
    }
    expect(kindOf(() => readRegular(place(), { links: 'followed' }))).toBe('unfit');
    expect(kindOf(() => hasBytes(place(), Buffer.from('text')))).toBe('unfit');
    expect([headOf(place(), 3), checksumOf(place())]).toEqual([undefined, undefined]);
  });

  it('that is missing is a kind of its own', () => {
    for (const place of [join(top, 'none'), join(file, 'below')]) {
      expect(kindOf(() => readRegular(place))).toBe('missing');
      expect([headOf(place, 3), checksumOf(place)]).toEqual([undefined, undefined]);
    }
  });

  it('is compared and begun without reading more than needed', () => {
    expect(hasBytes(file, Buffer.from('text'))).toBe(true);
    expect(hasBytes(file, Buffer.from('texT'))).toBe(false);
    expect(headOf(file, 2)?.toString()).toBe('te');
    expect(headOf(file, 20)?.toString()).toBe('text');
    truncateSync(file, 2 ** 40);
    expect(hasBytes(file, Buffer.from('text'))).toBe(false);
    expect(headOf(file, 4)?.toString()).toBe('text');
  });

  it('has the checksum of all its bytes', () => {
    expect(checksumOf(file)).toBe('982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1');
  });
});
