import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const SIZE = 512 * 1024;
const PAGE = 4096;

/** A disk that can be filled. */
export interface SmallDisk {
  readonly top: string;
  /** Leaves this many pages of it free; the rest is in the file `ballast`. */
  readonly leave: (pages: number) => Promise<void>;
}

/** Stands for the disk where none could be made, in tests that are skipped then. */
export const NO_DISK: SmallDisk = { top: '', leave: async () => undefined };

/** Mounts a small file system while the tests of a file run; undefined for those who may not, as in most containers. */
export function useSmallDisk(): SmallDisk | undefined {
  const top = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', top], { stdio: 'ignore' });
  } catch {
    rmdirSync(top);
    return undefined;
  }
  afterAll(() => {
    execFileSync('umount', [top]);
    rmdirSync(top);
  });
  return { top, leave: (pages) => leave(join(top, 'ballast'), pages) };
}

async function leave(ballast: string, pages: number): Promise<void> {
  await rm(ballast, { force: true });
  const file = await open(ballast, 'w');
  try {
    for (;;) await file.write(Buffer.alloc(PAGE));
  } catch {
    const { size } = await file.stat();
    await file.truncate(size - pages * PAGE);
  } finally {
    await file.close();
  }
}
