import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everything } from '../../disk/folders.ts';
import { NO_DISK, useSmallDisk } from '../../disk/small-disk.ts';
import { freshKey } from '../../secrets/keys.ts';
import { CHAT, type RunOptions, stopped, useRepository } from './repository.ts';

const disk = useSmallDisk();
const { run } = useRepository();

describe.skipIf(disk === undefined)('a full disk (mounts a tmpfs: needs to be root on Linux)', () => {
  const { top, leave } = disk ?? NO_DISK;
  const stacks = join(top, 'stacks');

  /** Tries with a page more each time, until there is room; how often there was none. */
  async function untilRoom(verb: 'create' | 'rotate', options: RunOptions): Promise<number> {
    const before = await everything(stacks);
    for (let pages = 0; ; pages++) {
      await leave(pages);
      const result = await run(verb, { stacks, ...options });
      if (result.exitCode === 0) return pages;
      expect(result.exitCode).toBe(3);
      expect(stopped(result)).toMatch(
        /^cannot write \S*chat\.secrets(?:\/\S+)?: the disk is full; make room and run it again; nothing was changed in \S*chat\.secrets;/,
      );
      expect(await everything(stacks), `with ${pages} pages`).toEqual(before);
    }
  }

  it('leaves every Secret, every copy in escrow and no trace more than before, however early it is full', async () => {
    const { recipient } = await freshKey();
    await mkdir(stacks);
    await writeFile(join(stacks, 'chat.yaml'), `${CHAT}secrets: {escrow: [${recipient}]}\n`);
    expect(await untilRoom('create', {})).toBeGreaterThan(5);
    const made = await everything(stacks);
    expect([...made.keys()].filter((path) => path.endsWith('.age'))).toHaveLength(7);
    const keys = ['form-secret', 'keys.yaml', 'jvb-auth-password'];
    expect(await untilRoom('rotate', { keys })).toBeGreaterThan(3);
    const rotated = await everything(stacks);
    const changed = [...rotated].filter(([path, text]) => made.get(path) !== text).map(([path]) => path);
    expect(changed).toHaveLength(2 * keys.length);
    expect([...rotated.keys()]).toHaveLength(made.size);
  });
});
