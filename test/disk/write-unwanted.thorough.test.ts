import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finishInterrupted, writeTree } from '../../src/disk/write.ts';
import { badDisk, deadOwner, everything, onlyThese, put, useOutputFolder } from './folders.ts';

const { folder, parent } = useOutputFolder();

/** Files that do not say in their first line that they were rendered, as those of ciphertext. */
const BEFORE = new Map([
  ['a.yaml', 'old\n'],
  ['escrow/a/old.age', 'old copy\n'],
  ['escrow/b/only.age', 'alone in its folder\n'],
  ['mine.txt', 'stays\n'],
]);
const TEXTS = new Map([
  ['a.yaml', 'new\n'],
  ['escrow/a/new.age', 'new copy\n'],
]);
const UNWANTED = new Set(['escrow/a/old.age', 'escrow/b/only.age', 'not-there.age']);
const AFTER = new Map([...TEXTS, ['mine.txt', 'stays\n']]);

describe('files that are unwanted', () => {
  it('are removed with the folders that this leaves empty, and no others', async () => {
    await put(folder(), BEFORE);
    const written = await writeTree(folder(), TEXTS, { unwanted: UNWANTED });
    expect([...written.removed].sort()).toEqual(['escrow/a/old.age', 'escrow/b/only.age']);
    expect(await everything(folder())).toEqual(onlyThese(AFTER));
  });

  it('are all removed, or none, however the write ends', async () => {
    const { disk: good, changes } = badDisk(() => undefined);
    await put(folder(), BEFORE);
    await writeTree(folder(), TEXTS, { unwanted: UNWANTED, disk: good });
    const ends = new Set<string>();
    for (let n = 1; n <= changes.length; n++) {
      for (const mishap of ['fails', 'dies'] as const) {
        const place = join(parent(), `${mishap}-${n}`);
        await put(place, BEFORE);
        const { disk } = badDisk((number) => (number === n ? mishap : undefined));
        await writeTree(place, TEXTS, { unwanted: UNWANTED, disk, self: deadOwner() }).catch(() => undefined);
        await finishInterrupted(place);
        const found = await everything(place);
        const end = found.has('escrow/a/old.age') ? BEFORE : AFTER;
        expect(found, `${mishap} at ${n}: ${changes[n - 1]}`).toEqual(onlyThese(end));
        ends.add(`${mishap} ${end === AFTER}`);
      }
    }
    expect([...ends].sort()).toContain('dies true');
    expect([...ends].sort()).toContain('dies false');
  });

  it('stay when somebody has changed them since the kill that the next run recovers from', async () => {
    await put(folder(), BEFORE);
    let committed = false;
    const { disk } = badDisk((_, change) => {
      const mishap = committed ? 'dies' : undefined;
      committed ||= /^rename .*draft /.test(change);
      return mishap;
    });
    const options = { unwanted: UNWANTED, disk, self: deadOwner() };
    await expect(writeTree(folder(), TEXTS, options)).rejects.toThrow();
    await put(folder(), new Map([['escrow/b/only.age', 'by somebody else\n']]));
    await finishInterrupted(folder());
    expect(await everything(folder())).toEqual(
      onlyThese(new Map([...AFTER, ['escrow/b/only.age', 'by somebody else\n']])),
    );
  });
});
