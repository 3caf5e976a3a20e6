import { createHash } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRegular } from '../../src/files/read.ts';
import { isOnlyOurs } from './code-cache-folder.ts';

/** Bytes of the checksum at the beginning of a cache file. */
const CHECKSUM = 32;
/** Cache files that are kept: a few versions of Node.js and of this program. */
const KEPT = 8;
const ENDING = '.v8';
/** Bytes of a cache file; ours have a few MB. */
const LARGEST = 256 * 1024 * 1024;

/**
 * Where the code of a script is kept for this Node.js. V8 compares no more than the length of a script with its
 * cache, so the name stands for the whole of it: what was built, and that nobody edited it since.
 *
 * @param built checksum of the script as it was built
 */
export function cacheFile(folder: string, script: string, built: string): string {
  const { size, mtimeMs } = statSync(script);
  const of = [built, size, mtimeMs, process.version, process.arch, process.platform].join(' ');
  const hash = createHash('sha256').update(of).digest('hex').slice(0, 32);
  return join(folder, `cli-${hash}${ENDING}`);
}

/** The code that was kept; undefined when there is none or when it is damaged, which V8 does not notice. */
export function readCode(file: string): Buffer | undefined {
  try {
    if (!isOnlyOurs(file)) return undefined;
    const bytes = readRegular(file, { limit: LARGEST });
    const code = bytes.subarray(CHECKSUM);
    return checksum(code).equals(bytes.subarray(0, CHECKSUM)) ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps code for the next run, or does nothing where that is not possible. */
export function writeCode(folder: string, file: string, code: Buffer): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, Buffer.concat([checksum(code), code]), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
    removeOld(folder);
  } catch {
    rmSync(temporary, { force: true });
  }
}

function removeOld(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => ({ name, age: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.age - a.age);
  for (const { name } of files.slice(KEPT)) rmSync(join(folder, name), { force: true });
}

function checksum(code: Buffer): Buffer {
  return createHash('sha256').update(code).digest();
}
