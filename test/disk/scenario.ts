import { expect } from 'vitest';
import { interruptedWrite } from '../../src/disk/recover.ts';
import { finishInterrupted, writeTree } from '../../src/disk/write.ts';
import { badDisk, deadOwner, everything, type Mishap, onlyThese, rendered } from './folders.ts';

/** Every way a path can change, and one file that is not touched. */
export const BEFORE = rendered({
  'chat/same.yaml': 'same',
  'chat/changed.yaml': 'old',
  'chat/deep/gone.yaml': 'old',
  'chat/deep/er/gone.yaml': 'old',
  'chat/folder-becomes-file/gone.yaml': 'old',
  'chat/file-becomes-folder': 'old',
  'gone.yaml': 'old',
});
export const AFTER = rendered({
  'chat/same.yaml': 'same',
  'chat/changed.yaml': 'new',
  'chat/folder-becomes-file': 'new',
  'chat/file-becomes-folder/added.yaml': 'new',
  'chat/added/deep/one.yaml': 'new',
  'chat/added/two.yaml': 'new',
  'other/added.yaml': 'new',
});

/** The changes a write of AFTER makes when nothing goes wrong. */
export async function changesOfAWrite(place: string): Promise<readonly string[]> {
  await writeTree(place, BEFORE);
  const { disk, changes } = badDisk(() => undefined);
  await writeTree(place, AFTER, { disk });
  expect(await everything(place)).toEqual(onlyThese(AFTER));
  return changes;
}

/** Each file outside the hidden folder has its old or its new bytes. */
async function expectNoHalves(place: string): Promise<void> {
  for (const [path, content] of await everything(place)) {
    if (path.startsWith('.matrix-gitops') || content === 'folder') continue;
    expect([BEFORE.get(path), AFTER.get(path)], path).toContain(content);
  }
}

/** The next run finishes or undoes what a dead process has left. */
export async function expectRecovery(place: string, why: string): Promise<'undone' | 'finished'> {
  await expectNoHalves(place);
  const before = await everything(place);
  const interrupted = await interruptedWrite(place);
  expect(await everything(place), 'asking changes nothing').toEqual(before);
  expect(interrupted?.state, why).not.toBe('running');
  await finishInterrupted(place);
  const recovered = await everything(place);
  const finished = recovered.get('gone.yaml') === undefined;
  expect(recovered, why).toEqual(onlyThese(finished ? AFTER : BEFORE));
  if (interrupted?.state === 'to undo' && finished) expect(before.has('gone.yaml'), why).toBe(false);
  if (interrupted?.state === 'to finish') expect(finished, why).toBe(true);
  await writeTree(place, AFTER);
  expect(await everything(place), why).toEqual(onlyThese(AFTER));
  return finished ? 'finished' : 'undone';
}

/** Writes with a disk that meets mishaps, as a process that may die. */
export async function writeBadly(
  place: string,
  mishapAt: (n: number, change: string) => Mishap,
): Promise<'done' | 'failed'> {
  const { disk } = badDisk(mishapAt);
  return await writeTree(place, AFTER, { disk, self: deadOwner() }).then(
    () => 'done',
    () => 'failed',
  );
}
