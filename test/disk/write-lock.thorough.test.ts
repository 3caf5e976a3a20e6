import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { realDisk } from '../../src/disk/disk.ts';
import { lockOwners } from '../../src/disk/lock.ts';
import { currentOwner, describeOwner, isDead, type Owner, parseOwner } from '../../src/disk/owner.ts';
import { OutputProblem } from '../../src/disk/problem.ts';
import { interruptedWrite } from '../../src/disk/recover.ts';
import { writeTree } from '../../src/disk/write.ts';
import { badDisk, deadOwner, everything, onlyThese, rendered, useOutputFolder } from './folders.ts';

const { folder, parent } = useOutputFolder();

const ONE = rendered({ 'a.yaml': 'one', 'b.yaml': 'one' });
const TWO = rendered({ 'a.yaml': 'two', 'c.yaml': 'two' });

/** Puts a lock there, as its owner would have. */
async function lockFor(owner: Owner, below = ''): Promise<void> {
  const lock = join(folder(), '.matrix-gitops/lock', below);
  await mkdir(lock, { recursive: true });
  await writeFile(join(lock, 'owner.json'), JSON.stringify(owner));
}

describe('two writers at once', () => {
  it('write one after the other, and the second is told what it waits for', async () => {
    await writeTree(folder(), new Map());
    const told: string[] = [];
    let second: Promise<unknown> = Promise.resolve();
    await writeTree(folder(), ONE, {
      disk: {
        ...realDisk,
        // The first is in the middle of its changes when the second comes.
        rename: async (from, to) => {
          if (to.endsWith('a.yaml')) {
            second = writeTree(folder(), TWO, { notice: (text) => told.push(text) });
            await expect.poll(() => told.length).toBe(1);
            expect(await interruptedWrite(folder())).toMatchObject({ state: 'running' });
          }
          await realDisk.rename(from, to);
        },
      },
    });
    expect(await second).toEqual({ changed: ['a.yaml', 'c.yaml'], removed: ['b.yaml'], unchanged: 0 });
    expect(told).toEqual([
      expect.stringMatching(
        new RegExp(`^waiting: .*dist is being written by process ${process.pid}, which began 0 s ago$`),
      ),
    ]);
    expect(await everything(folder())).toEqual(onlyThese(TWO));
  });

  it('do not wait for ever, and say for whom, since when, and what to do', async () => {
    await writeTree(folder(), ONE);
    await lockFor({ ...currentOwner(), since: Date.now() - 200_000 });
    const before = await everything(folder());
    const start = Date.now();
    const error: unknown = await writeTree(folder(), TWO, { patience: 120 }).catch(
      (caught: unknown) => caught,
    );
    expect(Date.now() - start).toBeGreaterThanOrEqual(120);
    expect(error).toBeInstanceOf(OutputProblem);
    expect(String(error)).toMatch(
      new RegExp(
        `being written by process ${process.pid}, which began 3 min ago; wait until that is done and run the same command again; if it no longer runs, remove .*/lock; nothing was changed`,
      ),
    );
    expect(await everything(folder())).toEqual(before);
  });

  it('can be stopped while waiting', async () => {
    await lockFor(currentOwner());
    const notice = (): void => void process.emit('SIGTERM', 'SIGTERM');
    await expect(writeTree(folder(), TWO, { notice })).rejects.toMatchObject({
      signal: 'SIGTERM',
      finished: false,
    });
  });
});

describe('a lock left behind', () => {
  it('by a dead process is taken over', async () => {
    await lockFor(deadOwner());
    await writeTree(folder(), ONE);
    expect(await everything(folder())).toEqual(onlyThese(ONE));
  });

  it('by several dead ones, one after the other, too', async () => {
    await lockFor(deadOwner());
    await lockFor({ ...deadOwner(), token: 'b' }, 'next');
    await lockFor({ ...deadOwner(), token: 'c' }, 'next/next');
    await writeTree(folder(), ONE);
    expect(await everything(folder())).toEqual(onlyThese(ONE));
  });

  it('by a dead process is not taken over when a living one has it already', async () => {
    await lockFor(deadOwner());
    await lockFor(currentOwner(), 'next');
    await expect(writeTree(folder(), ONE, { patience: 60 })).rejects.toThrow(/being written by process/);
  });

  it('is not taken from a living process that came in between', async () => {
    await lockFor(deadOwner());
    const living = currentOwner();
    let done = false;
    const disk = {
      ...realDisk,
      rename: async (from: string, to: string) => {
        if (!done && to.endsWith('lock/next')) {
          done = true;
          // Another process has taken the dead one's lock over, has finished, and a third has come.
          await realDisk.removeAll(join(folder(), '.matrix-gitops/lock'));
          await lockFor(living);
        }
        await realDisk.rename(from, to);
      },
    };
    await expect(writeTree(folder(), ONE, { disk, patience: 200 })).rejects.toThrow(
      /being written by process/,
    );
    expect(await lockOwners(folder())).toEqual([living]);
  });

  it('without its owner’s name is told', async () => {
    await lockFor(deadOwner());
    await writeFile(join(folder(), '.matrix-gitops/lock/owner.json'), '');
    await expect(writeTree(folder(), ONE, { patience: 60 })).rejects.toThrow(
      /lock is damaged; .*remove that folder/,
    );
  });
});

describe('a process', () => {
  it('is known by more than its number', async () => {
    const self = currentOwner();
    expect(isDead(self)).toBe(false);
    expect(isDead({ ...self, pid: 2 ** 22 + 1 })).toBe(true);
    expect(isDead({ ...self, pid: 1, started: '' })).toBe(false);
    // Elsewhere it may run or not.
    expect(isDead({ ...self, pid: 2 ** 22 + 1, host: 'elsewhere' })).toBe(false);
  });

  it.runIf(process.platform === 'linux')('is not taken for a later one with the same number (Linux)', () => {
    const self = currentOwner();
    expect(isDead({ ...self, started: '1' })).toBe(true);
    expect(isDead({ ...self, pidSpace: 'a container', started: '1' })).toBe(false);
  });

  it('of a machine with the same name is not taken for one of this machine', () => {
    const self = { ...currentOwner(), machine: 'ours' };
    // Another boot, of who knows which machine.
    for (const machine of ['theirs', '']) {
      const other = { ...self, machine, boot: 'another', pid: 2 ** 22 + 1, started: '1' };
      expect(isDead(other)).toBe(false);
      expect(describeOwner(other)).toMatch(
        /^process \d+ on a machine with the name \S+, perhaps not this one, which began/,
      );
    }
    // What older versions wrote says no machine: the same boot is proof enough.
    expect(isDead({ ...currentOwner(), machine: '', pid: 2 ** 22 + 1 })).toBe(true);
    const { machine: _, ...old } = currentOwner();
    expect(parseOwner(JSON.stringify(old))).toEqual({ ...old, machine: '' });
  });

  it.runIf(currentOwner().machine !== '')(
    'of this machine before it was started again is dead (machine-id)',
    () => {
      expect(isDead({ ...currentOwner(), boot: 'before' })).toBe(true);
      // The id itself is confidential (machine-id(5)).
      expect(readFileSync('/etc/machine-id', 'utf8')).not.toContain(currentOwner().machine);
    },
  );

  it.runIf(process.platform === 'linux')(
    'of a machine with the same name keeps its lock, and how to remove it is said (Linux)',
    async () => {
      await lockFor({ ...currentOwner(), machine: 'theirs', boot: 'another' });
      await expect(writeTree(folder(), ONE, { patience: 0 })).rejects.toThrow(
        /on a machine with the name \S+, perhaps not this one, .*; if it no longer runs, remove the folder \S+\/lock;/,
      );
      expect((await interruptedWrite(folder()))?.message).toMatch(
        /if it no longer runs, remove the folder \S+\/lock$/,
      );
    },
  );

  it.runIf(process.platform === 'linux')('is dead before its parent has noticed (Linux)', async () => {
    // The shell does not wait for its child, which becomes a zombie.
    const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [chunk]: unknown[] = await once(shell.stdout, 'data');
    const pid = Number(String(chunk));
    const state = async (): Promise<string> =>
      (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ')[2] ?? '';
    try {
      await expect.poll(state).toBe('Z');
      expect(isDead({ ...currentOwner(), pid })).toBe(true);
    } finally {
      shell.kill();
    }
  });
});

describe('several programs at once', () => {
  const PROGRAM = `
    const [folder, name, rounds] = process.argv.slice(2);
    for (let round = 0; round < Number(rounds); round++) {
      const texts = new Map();
      for (let file = 0; file < 12; file++) {
        const path = 'd' + (file % 3) + '/' + (file % 2 ? name : 'shared') + file + '.yaml';
        texts.set(path, '# ' + path + ' is rendered from x\\n' + (name + round + '\\n').repeat(500) + 'end\\n');
      }
      await writeTree(folder, texts, { patience: 600000 });
    }`;

  it('leave the texts of one of them, and nobody ever reads half a file', async () => {
    const script = join(parent(), 'writer.mjs');
    await build({
      stdin: { contents: `import { writeTree } from './src/disk/write.ts';${PROGRAM}`, resolveDir: '.' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    });
    await lockFor(deadOwner());
    const writers = ['a', 'b', 'c', 'd'].map((name) =>
      spawn(process.execPath, [script, folder(), name, '6'], { stdio: 'inherit' }),
    );
    let running = writers.length;
    const ends = writers.map(async (writer: ChildProcess) => {
      const [code]: unknown[] = await once(writer, 'exit');
      running--;
      return code;
    });
    let read = 0;
    while (running > 0) {
      for (const file of [0, 2, 4]) {
        const text = await readFile(join(folder(), `d${file % 3}/shared${file}.yaml`), 'utf8').catch(
          () => undefined,
        );
        if (text === undefined) continue;
        read++;
        const lines = text.split('\n');
        expect(lines).toHaveLength(503);
        expect(new Set(lines.slice(1, 501)).size).toBe(1);
      }
    }
    expect(await Promise.all(ends)).toEqual([0, 0, 0, 0]);
    expect(read).toBeGreaterThan(100);
    const files = [...(await everything(folder()))].filter(([, content]) => content !== 'folder');
    expect(files).toHaveLength(12);
    expect(new Set(files.map(([, content]) => content.split('\n')[1])).size).toBe(1);
    expect(await interruptedWrite(folder())).toBeUndefined();
  });

  it('are told apart from one that dies with the lock', async () => {
    const { disk } = badDisk((_, change) => (/^makeFolder .*new$/.test(change) ? 'dies' : undefined));
    await expect(writeTree(folder(), ONE, { disk, self: deadOwner() })).rejects.toThrow();
    expect(await interruptedWrite(folder())).toMatchObject({ state: 'to undo' });
    await writeTree(folder(), TWO);
    expect(await everything(folder())).toEqual(onlyThese(TWO));
  });
});
