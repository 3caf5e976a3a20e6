import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cacheFile, readCode, writeCode } from '../../../scripts/launcher/code-cache.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'code-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('the name of a cache', () => {
  test('changes with the build and with the script', () => {
    const folder = emptyFolder();
    const script = join(folder, 'script.cjs');
    writeFileSync(script, 'one');
    utimesSync(script, 1, 1);
    const name = cacheFile(folder, script, 'build 1');
    expect(cacheFile(folder, script, 'build 1')).toBe(name);
    expect(cacheFile(folder, script, 'build 2')).not.toBe(name);
    writeFileSync(script, 'two');
    utimesSync(script, 2, 2);
    expect(cacheFile(folder, script, 'build 1')).not.toBe(name);
  });
});

describe('the code', () => {
  test('is read back as it was written', () => {
    const folder = emptyFolder();
    const file = join(folder, 'a.v8');
    expect(readCode(file)).toBeUndefined();
    writeCode(folder, file, Buffer.from('code'));
    expect(readCode(file)?.toString()).toBe('code');
    expect(readdirSync(folder)).toEqual(['a.v8']);
  });

  test('is not read when a single byte of it changed', () => {
    const folder = emptyFolder();
    const file = join(folder, 'a.v8');
    writeCode(folder, file, Buffer.from('code'));
    const bytes = readFileSync(file);
    for (const index of bytes.keys()) {
      const damaged = Buffer.from(bytes);
      damaged[index] = (damaged[index] ?? 0) ^ 1;
      writeFileSync(file, damaged);
      expect(readCode(file), `byte ${index}`).toBeUndefined();
    }
  });

  test('is dropped when it is among the oldest', () => {
    const folder = emptyFolder();
    const keep = (name: string): void => writeCode(folder, join(folder, name), Buffer.from('code'));
    for (let age = 12; age > 0; age--) {
      keep(`cli-${age}.v8`);
      utimesSync(join(folder, `cli-${age}.v8`), 1000 - age, 1000 - age);
    }
    keep('cli-new.v8');
    expect(readdirSync(folder).sort()).toEqual(
      ['1', '2', '3', '4', '5', '6', '7', 'new'].map((it) => `cli-${it}.v8`),
    );
  });

  test('is quietly not kept where that is not possible', () => {
    const folder = join(emptyFolder(), 'missing');
    expect(() => writeCode(folder, join(folder, 'a.v8'), Buffer.from('code'))).not.toThrow();
  });
});
