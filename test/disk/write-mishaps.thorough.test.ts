import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Stopped } from '../../src/disk/problem.ts';
import { interruptedWrite } from '../../src/disk/recover.ts';
import { writeTree } from '../../src/disk/write.ts';
import { badDisk, deadOwner, everything, onlyThese, put, useOutputFolder } from './folders.ts';
import { AFTER, BEFORE, changesOfAWrite, expectRecovery, writeBadly } from './scenario.ts';

const { folder, parent } = useOutputFolder();

describe('a write that is killed', () => {
  it('before any of its changes is undone or finished by the next one', async () => {
    const { length } = await changesOfAWrite(join(parent(), 'counted'));
    expect(length).toBeGreaterThan(40);
    const seen = new Set<string>();
    for (let number = 1; number <= length; number++) {
      const place = join(parent(), String(number));
      await put(place, BEFORE);
      await writeBadly(place, (n) => (n === number ? 'dies' : undefined));
      seen.add(await expectRecovery(place, `killed at ${number}`));
    }
    expect([...seen].sort()).toEqual(['finished', 'undone']);
  });
});

describe('a write that fails', () => {
  it('at any of its changes leaves everything as it was, or has written everything', async () => {
    const { length } = await changesOfAWrite(join(parent(), 'counted'));
    const ends = new Set<string>();
    for (let number = 1; number <= length; number++) {
      const place = join(parent(), String(number));
      await put(place, BEFORE);
      const end = await writeBadly(place, (n) => (n === number ? 'fails' : undefined));
      ends.add(end);
      const wanted = onlyThese(end === 'done' ? AFTER : BEFORE);
      const outside = [...(await everything(place))].filter(([path]) => !path.startsWith('.matrix-gitops'));
      expect(new Map(outside), `failed at ${number}`).toEqual(wanted);
      // What is in the hidden folder is at most what could not be cleared away.
      if (end === 'failed')
        expect(await interruptedWrite(place).then((one) => one?.state)).not.toBe('to finish');
      await writeTree(place, AFTER);
      expect(await everything(place), `failed at ${number}`).toEqual(onlyThese(AFTER));
    }
    expect([...ends].sort()).toEqual(['done', 'failed']);
  });

  it('leaves no folder where none was', async () => {
    const place = join(folder(), 'below');
    const { disk } = badDisk((_, change) => (/^create .*new\/3$/.test(change) ? 'fails' : undefined));
    await expect(writeTree(place, AFTER, { disk })).rejects.toThrow(/cannot write/);
    expect(await everything(parent())).toEqual(new Map());
  });

  it('names the file, not where it was staged', async () => {
    const { disk } = badDisk((_, change) => (/^rename .*other\/added/.test(change) ? 'fails' : undefined));
    await put(folder(), BEFORE);
    await expect(writeTree(folder(), AFTER, { disk })).rejects.toMatchObject({
      path: `${folder()}/other/added.yaml`,
      pending: false,
    });
  });

  it('says so when it can neither be finished nor taken back', async () => {
    await put(folder(), BEFORE);
    const { disk } = badDisk((_, change) => (/^rename .*other\/added/.test(change) ? 'dies' : undefined));
    await expect(writeTree(folder(), AFTER, { disk, self: deadOwner() })).rejects.toMatchObject({
      path: `${folder()}/other/added.yaml`,
      pending: true,
    });
    expect(await interruptedWrite(folder())).toMatchObject({
      place: join(folder(), '.matrix-gitops'),
      state: 'to finish',
      message: expect.stringMatching(
        /was interrupted .*run `matrix-gitops synth`, which will finish it first/,
      ),
    });
  });
});

describe('a write that is asked to stop', () => {
  it.each([
    ['SIGINT', 1],
    ['SIGTERM', 5],
  ] as const)('by %s, stops at once or finishes first', async (signal, step) => {
    const { length } = await changesOfAWrite(join(parent(), 'counted'));
    const listeners = process.listenerCount(signal);
    const ends = new Set<boolean>();
    for (let number = 1; number <= length; number += step) {
      const place = join(parent(), `${signal}-${number}`);
      await put(place, BEFORE);
      const { disk } = badDisk((n) => {
        if (n === number) process.emit(signal, signal);
        return undefined;
      });
      const error: unknown = await writeTree(place, AFTER, { disk }).catch((caught: unknown) => caught);
      if (!(error instanceof Stopped)) throw new Error(`not stopped at ${number}`, { cause: error });
      expect(error.signal).toBe(signal);
      ends.add(error.finished);
      expect(await everything(place), `stopped at ${number}`).toEqual(
        onlyThese(error.finished ? AFTER : BEFORE),
      );
    }
    expect([...ends].sort()).toEqual([false, true]);
    expect(process.listenerCount(signal)).toBe(listeners);
  });

  it('makes no folder', async () => {
    await mkdir(parent(), { recursive: true });
    const { disk } = badDisk((n) => {
      if (n === 3) process.emit('SIGINT', 'SIGINT');
      return undefined;
    });
    await expect(writeTree(folder(), AFTER, { disk })).rejects.toThrow(/stopped by SIGINT/);
    expect(await everything(parent())).toEqual(new Map());
  });
});
