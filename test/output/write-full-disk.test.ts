import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { problemWriting } from '../../commands/environment-problem.ts';
import { writeTree } from '../../output/write.ts';
import { everything, onlyThese, rendered } from './folders.ts';

const SIZE = 512 * 1024;

/** Mounts a small file system; undefined for those who may not, as in most containers. */
function smallDisk(): string | undefined {
  const place = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', place], { stdio: 'ignore' });
    return place;
  } catch {
    rmdirSync(place);
    return undefined;
  }
}

const place = smallDisk();

afterAll(() => {
  if (place === undefined) return;
  execFileSync('umount', [place]);
  rmdirSync(place);
});

const names = Array.from({ length: 20 }, (_, index) => `chat/${index % 4}/${index}.yaml`);
const ONE = rendered(Object.fromEntries(names.map((name) => [name, 'one'])));
const TWO = rendered(
  Object.fromEntries(
    names.map((name, index) => [`${index % 2 === 0 ? '' : 'new/'}${name}`, 'two '.repeat(20)]),
  ),
);

describe.skipIf(place === undefined)('a full disk (mounts a tmpfs: needs to be root on Linux)', () => {
  const top = place ?? '';
  const folder = join(top, 'dist');
  const ballast = join(top, 'ballast');

  /** Leaves this many pages of the disk free. */
  async function leave(pages: number): Promise<void> {
    await rm(ballast, { force: true });
    const file = await open(ballast, 'w');
    try {
      for (;;) await file.write(Buffer.alloc(4096));
    } catch {
      const { size } = await file.stat();
      await file.truncate(size - pages * 4096);
    } finally {
      await file.close();
    }
  }

  it('is told, and the folder stays byte for byte as it was, however early it is full', async () => {
    mkdirSync(folder);
    await writeTree(folder, ONE);
    const before = await everything(folder);
    let full = 0;
    for (let pages = 0; ; pages++) {
      await leave(pages);
      try {
        await writeTree(folder, TWO);
        break;
      } catch (error) {
        const { message } = await problemWriting(folder, error);
        expect(message).toMatch(
          /^cannot write .*\/dist(\/\S+)?: the disk is full; make room and run it again; nothing was changed in .*dist$/,
        );
        expect(message).not.toMatch(/matrix-gitops/);
        expect(await everything(folder)).toEqual(before);
        full++;
      }
    }
    expect(full).toBeGreaterThan(10);
    expect(await everything(folder)).toEqual(onlyThese(TWO));
  });

  it('leaves no output folder where there was none', async () => {
    await rm(folder, { recursive: true });
    await leave(3);
    await expect(writeTree(folder, ONE)).rejects.toThrow(/cannot write/);
    expect([...(await everything(top)).keys()]).toEqual(['ballast']);
  });
});
