import { chmod, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemWriting } from '../../src/cli/environment-problem.ts';
import { realDisk } from '../../src/disk/disk.ts';
import { commitJournal } from '../../src/disk/journal.ts';
import { interruptedWrite } from '../../src/disk/recover.ts';
import { compareTree } from '../../src/disk/tree.ts';
import { finishInterrupted, type WriteOptions, writeTree } from '../../src/disk/write.ts';
import {
  badDisk,
  deadOwner,
  everything,
  onlyThese,
  put,
  rendered,
  timeOf,
  useOutputFolder,
} from './folders.ts';

const { folder, parent } = useOutputFolder();

const ONE = rendered({ 'chat/a.yaml': 'one', 'chat/b/c.yaml': 'one', 'chat/b/d.yaml': 'one' });
const TWO = rendered({ 'chat/a.yaml': 'two', 'chat/b/c.yaml': 'one' });

/** What the user is told when the texts cannot be written. */
async function problem(texts = ONE, options: WriteOptions = {}): Promise<string> {
  try {
    await writeTree(folder(), texts, options);
  } catch (error) {
    return (await problemWriting(folder(), error)).message.replaceAll(parent(), 'TOP');
  }
  throw new Error('it was written');
}

/** Runs without the rights of the administrator, who may do everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('an output folder', () => {
  it('is made, and brought to the texts', async () => {
    expect(await writeTree(folder(), ONE)).toEqual({ changed: [...ONE.keys()], removed: [], unchanged: 0 });
    expect(await everything(folder())).toEqual(onlyThese(ONE));
    expect(await writeTree(folder(), TWO)).toEqual({
      changed: ['chat/a.yaml'],
      removed: ['chat/b/d.yaml'],
      unchanged: 1,
    });
    expect(await everything(folder())).toEqual(onlyThese(TWO));
  });

  it('is only read when nothing is to be done', async () => {
    await writeTree(folder(), ONE);
    const { disk, changes } = badDisk(() => 'fails');
    expect(await writeTree(folder(), ONE, { disk })).toEqual({ changed: [], removed: [], unchanged: 3 });
    expect(changes).toEqual([]);
  });

  it('keeps the time of files that stay as they are', async () => {
    await writeTree(folder(), ONE);
    const file = join(folder(), 'chat/b/c.yaml');
    await utimes(file, 1000, 1000);
    await writeTree(folder(), TWO);
    expect(await timeOf(file)).toBe(1_000_000);
  });

  it('keeps what other people have put there, and their empty folders', async () => {
    const foreign = new Map([
      ['chat/b/notes.txt', 'mine'],
      ['chat/copy.yaml', ONE.get('chat/a.yaml') ?? ''],
      ['chat/b/empty', ''],
      ['.git/objects/x', '# .git/objects/x is rendered from nothing'],
    ]);
    await writeTree(folder(), ONE);
    await put(folder(), foreign);
    await mkdir(join(folder(), 'own/empty'), { recursive: true });
    await writeTree(folder(), new Map());
    expect(await everything(folder())).toEqual(
      new Map(
        [...onlyThese(foreign), ['own', 'folder'], ['own/empty', 'folder']].sort() as [string, string][],
      ),
    );
  });

  it('may be a symbolic link to a folder', async () => {
    await mkdir(join(parent(), 'real'));
    await symlink('real', folder());
    await writeTree(folder(), ONE);
    await writeTree(folder(), TWO);
    expect(await everything(join(parent(), 'real'))).toEqual(onlyThese(TWO));
  });

  it('is compared without being changed', async () => {
    await writeTree(folder(), ONE);
    const before = await everything(parent());
    const wanted = rendered({ 'chat/a.yaml': 'two', 'chat/b/c.yaml': 'one', 'new.yaml': 'new' });
    expect(await compareTree(folder(), wanted)).toEqual({
      differs: ['chat/a.yaml'],
      missing: ['new.yaml'],
      stale: ['chat/b/d.yaml'],
      unchanged: 1,
    });
    expect(await compareTree(join(parent(), 'nowhere'), ONE)).toEqual({
      differs: [],
      missing: [...ONE.keys()],
      stale: [],
      unchanged: 0,
    });
    expect(await everything(parent())).toEqual(before);
  });

  it('tells bytes apart, not characters', async () => {
    await mkdir(folder());
    await writeFile(join(folder(), 'a'), Buffer.from([0xff]));
    expect((await compareTree(folder(), new Map([['a', '\ufffd']]))).differs).toEqual(['a']);
  });
});

describe('what stands in the way', () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'a link in the place of a file',
      () => symlink('../elsewhere/a.yaml', join(folder(), 'chat/a.yaml')),
      /^cannot write TOP\/dist\/chat\/a\.yaml: it is a symbolic link where a file is expected.*remove it; nothing was changed in TOP\/dist$/,
    ],
    [
      'a link in the place of a folder',
      () => symlink('../../elsewhere', join(folder(), 'chat/b')),
      /^cannot write TOP\/dist\/chat\/b: it is a symbolic link where a folder is expected/,
    ],
    [
      'a file in the place of a folder',
      () => writeFile(join(folder(), 'chat/b'), 'mine'),
      /^cannot write TOP\/dist\/chat\/b: it is a file where a folder is expected; move it away; nothing was changed in TOP\/dist$/,
    ],
    [
      'a folder in the place of a file',
      () => mkdir(join(folder(), 'chat/a.yaml')),
      /^cannot write TOP\/dist\/chat\/a\.yaml: it is a folder where a file is expected; move it away/,
    ],
    [
      'a folder with a stale file and somebody’s own in the place of a file',
      () =>
        put(
          folder(),
          new Map([...rendered({ 'chat/a.yaml/old.yaml': 'old' }), ['chat/a.yaml/own.txt', 'mine']]),
        ),
      /^cannot write TOP\/dist\/chat\/a\.yaml: it is a folder where a file is expected; move it away/,
    ],
    [
      'somebody’s file in the place of the hidden folder',
      () => writeFile(join(folder(), '.matrix-gitops'), 'mine'),
      /^cannot write TOP\/dist: TOP\/dist\/\.matrix-gitops is in the way, and it is not a folder; move it away/,
    ],
    [
      'somebody’s file in the hidden folder',
      () => put(folder(), new Map([['.matrix-gitops/own.txt', 'mine']])),
      /^cannot write TOP\/dist: TOP\/dist\/\.matrix-gitops\/own\.txt does not belong to this program; move it away/,
    ],
  ])('%s is named, and everything stays as it was', async (_name, prepare, message) => {
    await mkdir(join(folder(), 'chat'), { recursive: true });
    await put(parent(), new Map([['elsewhere/a.yaml', 'theirs']]));
    await prepare();
    const before = await everything(parent());
    expect(await problem()).toMatch(message);
    expect(await everything(parent())).toEqual(before);
  });

  it('is a link to nowhere in the place of the output folder', async () => {
    await symlink('nowhere', folder());
    expect(await problem()).toMatch(
      /^cannot write TOP\/dist: it is a symbolic link to a folder that does not exist/,
    );
  });

  it('is not a link that nothing is written to, and it is not followed', async () => {
    await put(parent(), rendered({ 'stale.yaml': 'x' }));
    await mkdir(folder());
    await symlink('..', join(folder(), 'up'));
    await symlink('../stale.yaml', join(folder(), 'stale.yaml'));
    expect(await writeTree(folder(), ONE)).toMatchObject({ removed: [] });
    expect(await everything(folder())).toEqual(
      new Map([...onlyThese(ONE), ['stale.yaml', 'link'], ['up', 'link']]),
    );
  });

  it('is a name that is too long', async () => {
    await writeTree(folder(), ONE);
    const before = await everything(parent());
    const long = 'x'.repeat(300);
    expect(await problem(new Map([...TWO, [`chat/${long}.yaml`, 'text']]))).toMatch(
      /^cannot write TOP\/dist\/chat\/x+\.yaml: its path is longer than the system allows; .*; nothing was changed in TOP\/dist$/,
    );
    const deep = `${'x'.repeat(200)}/`.repeat(25);
    expect(await problem(new Map([...TWO, [`${deep}a.yaml`, 'text']]))).toMatch(
      /is longer than the system allows/,
    );
    expect(await everything(parent())).toEqual(before);
  });
});

describe('without permission', () => {
  it.each<[string, string, RegExp]>([
    [
      'the output folder',
      '.',
      /^cannot write TOP\/dist: no permission; change its owner or mode; nothing was/,
    ],
    // The file is named where access(2) answers for the administrator who has become nobody.
    [
      'a folder in it',
      'chat/b',
      /^cannot write TOP\/dist\/chat\/b(\/c\.yaml)?: no permission; .*; nothing was/,
    ],
  ])('to change %s, it is named, and everything stays as it was', async (_name, place, message) => {
    await chmod(parent(), 0o777);
    await asNobody(() => writeTree(folder(), ONE));
    await chmod(join(folder(), place), 0o555);
    const before = await everything(parent());
    const wanted = rendered({ 'chat/a.yaml': 'two', 'chat/b/c.yaml': 'two' });
    expect(await asNobody(() => problem(wanted))).toMatch(message);
    expect(await everything(parent())).toEqual(before);
    await asNobody(() => writeTree(folder(), ONE));
    await chmod(join(folder(), place), 0o755);
  });

  it('to make the output folder, its name is told', async () => {
    await chmod(parent(), 0o555);
    expect(await asNobody(() => problem())).toBe(
      'cannot write TOP/dist: no permission; change its owner or mode; nothing was changed in TOP/dist',
    );
  });

  it('to write a file, it is replaced all the same, as everybody who may change the folder can', async () => {
    await chmod(parent(), 0o777);
    await asNobody(() => writeTree(folder(), ONE));
    await chmod(join(folder(), 'chat/a.yaml'), 0o444);
    await asNobody(() => writeTree(folder(), TWO));
    expect(await everything(folder())).toEqual(onlyThese(TWO));
  });
});

describe('the journal of an interrupted write', () => {
  const journal = (): string => join(folder(), '.matrix-gitops/journal.json');

  /** Leaves what a kill in the middle leaves, with a journal. */
  async function interrupt(): Promise<void> {
    await writeTree(folder(), ONE);
    const { disk } = badDisk((_, change) => (/^rename .*chat\/a\.yaml$/.test(change) ? 'dies' : undefined));
    await expect(writeTree(folder(), TWO, { disk, self: deadOwner() })).rejects.toThrow();
  }

  it('is followed to its end, which is told', async () => {
    await interrupt();
    expect(await interruptedWrite(folder())).toMatchObject({ state: 'to finish' });
    const told: string[] = [];
    await writeTree(folder(), TWO, { notice: (text) => told.push(text) });
    expect(told).toEqual([`an interrupted write of ${folder()} was finished first`]);
    expect(await everything(folder())).toEqual(onlyThese(TWO));
    expect(await interruptedWrite(folder())).toBeUndefined();
  });

  it('does not remove what somebody has put in the place of a file since', async () => {
    await interrupt();
    await writeFile(join(folder(), 'chat/b/d.yaml'), 'mine');
    await finishInterrupted(folder());
    expect(await readFile(join(folder(), 'chat/b/d.yaml'), 'utf8')).toBe('mine');
  });

  it('is kept out of commits', async () => {
    await interrupt();
    expect(await readFile(join(folder(), '.matrix-gitops/.gitignore'), 'utf8')).toBe('*\n');
  });

  it('does not lead through a link that somebody has put there since', async () => {
    await interrupt();
    await rm(join(folder(), 'chat'), { recursive: true });
    await put(parent(), new Map([['elsewhere/b/d.yaml', ONE.get('chat/b/d.yaml') ?? '']]));
    await symlink('../elsewhere', join(folder(), 'chat'));
    const before = await everything(join(parent(), 'elsewhere'));
    expect(await problem(TWO)).toMatch(/dist\/chat: it is a symbolic link where a folder is expected/);
    expect(await everything(join(parent(), 'elsewhere'))).toEqual(before);
  });

  const edited = (edit: (text: string) => string) => async () =>
    await writeFile(journal(), edit(await readFile(journal(), 'utf8')));
  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['cut off', edited((text) => text.slice(0, 100)), /it is damaged/],
    ['empty', edited(() => ''), /it is damaged/],
    ['changed', edited((text) => text.replace('chat/b/d.yaml', 'chat/b/e.yaml')), /it is damaged/],
    ['somebody else’s', edited(() => '{"entries": []}'), /it was not written by this program/],
    [
      'of another version',
      edited((text) => text.replace('"format": 1', '"format": 2')),
      /another version of this program has written it; best run that version once/,
    ],
    [
      'without its staged files',
      () => rm(join(folder(), '.matrix-gitops/new'), { recursive: true }),
      /what it wants to put at TOP\/dist\/chat\/a\.yaml is missing or damaged/,
    ],
    [
      'with a damaged staged file',
      () => writeFile(join(folder(), '.matrix-gitops/new/0'), 'half'),
      /what it wants to put at TOP\/dist\/chat\/a\.yaml is missing or damaged/,
    ],
  ])('that is %s is not followed, and the user is told what to do', async (_name, damage, message) => {
    await interrupt();
    await damage();
    const outside = async (): Promise<unknown> =>
      [...(await everything(folder()))].filter(([path]) => !path.startsWith('.matrix-gitops/'));
    const before = await outside();
    const told = await problem(TWO);
    expect(told).toMatch(message);
    expect(told).toMatch(
      /journal\.json.* remove the folder TOP\/dist\/\.matrix-gitops and run the same command again/,
    );
    expect(await outside()).toEqual(before);
    await expect(interruptedWrite(folder())).rejects.toThrow(/cannot be used/);
    // The remedy works.
    await rm(join(folder(), '.matrix-gitops'), { recursive: true });
    await writeTree(folder(), TWO);
    expect(await everything(folder())).toEqual(onlyThese(TWO));
  });

  it.each(['../outside.yaml', '/etc/motd', 'a/../../b', '.matrix-gitops/lock', ''])(
    'that names the path "%s" is not followed',
    async (path) => {
      await writeTree(folder(), ONE);
      await mkdir(join(folder(), '.matrix-gitops/new'), { recursive: true });
      await commitJournal(folder(), [{ remove: path }], realDisk);
      expect(await problem()).toMatch(/it names files that this program does not write/);
    },
  );
});
