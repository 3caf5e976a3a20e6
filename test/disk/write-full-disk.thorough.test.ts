import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemWriting } from '../../src/cli/environment-problem.ts';
import { writeTree } from '../../src/disk/write.ts';
import { everything, onlyThese, rendered } from './folders.ts';
import { NO_DISK, useSmallDisk } from './small-disk.ts';

const disk = useSmallDisk();

const names = Array.from({ length: 20 }, (_, index) => `chat/${index % 4}/${index}.yaml`);
const ONE = rendered(Object.fromEntries(names.map((name) => [name, 'one'])));
const TWO = rendered(
  Object.fromEntries(
    names.map((name, index) => [`${index % 2 === 0 ? '' : 'new/'}${name}`, 'two '.repeat(20)]),
  ),
);

describe.skipIf(disk === undefined)('a full disk (mounts a tmpfs: needs to be root on Linux)', () => {
  const { top, leave } = disk ?? NO_DISK;
  const folder = join(top, 'dist');

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
