import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Disk, realDisk } from '../../src/disk/disk.ts';
import { sha256 } from '../../src/disk/journal.ts';
import { currentOwner } from '../../src/disk/owner.ts';
import { OutputProblem, WriteFailure } from '../../src/disk/problem.ts';
import { interruptedWrite } from '../../src/disk/recover.ts';
import { compareTree } from '../../src/disk/tree.ts';
import { finishInterrupted, writeTree } from '../../src/disk/write.ts';
import { deadOwner, everything, put, rendered, useOutputFolder } from './folders.ts';

/** What somebody commits into `dist/.matrix-gitops`, or into `dist` itself. */
const { folder } = useOutputFolder();
const TEXTS = rendered({ 'a.yaml': 'new' });
const OUTSIDE = 'outside';
/** Waits for no disk: nothing is killed here. */
const disk: Disk = {
  ...realDisk,
  create: (file, bytes) => writeFile(file, bytes, { flag: 'wx' }),
  syncFolder: async () => undefined,
};

/** A folder that has nothing to do with the output. */
let outside = '';
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, '0'), OUTSIDE);
});
afterEach(() => rm(outside, { recursive: true, force: true }));

async function putHidden(path: string, text: string): Promise<void> {
  const file = join(folder(), '.matrix-gitops', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function link(path: string, to: string): Promise<void> {
  const place = join(folder(), path);
  await mkdir(dirname(place), { recursive: true });
  await symlink(to, place);
}

async function pipe(path: string): Promise<void> {
  const place = join(folder(), path);
  await mkdir(dirname(place), { recursive: true });
  execFileSync('mkfifo', [place]);
}

/** A journal whose checksum is right. */
function journal(...operations: readonly unknown[]): string {
  const checksum = sha256(JSON.stringify(operations));
  return JSON.stringify({ program: 'matrix-gitops', format: 1, sha256: checksum, operations });
}

/** What every way to look at the folder or to write it ends with. */
async function refusals(): Promise<readonly string[]> {
  const ways = [
    () => interruptedWrite(folder()),
    () => finishInterrupted(folder(), { patience: 0, disk }),
    () => writeTree(folder(), TEXTS, { patience: 0, disk }),
  ];
  const messages: string[] = [];
  for (const way of ways) {
    const error: unknown = await way().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof OutputProblem || error instanceof WriteFailure) messages.push(error.message);
    else throw new Error('it was not refused in words', { cause: error });
  }
  return messages;
}

/** Nothing outside is touched. */
async function expectOutsideAsItWas(): Promise<void> {
  expect(await everything(outside)).toEqual(new Map([['0', OUTSIDE]]));
}

describe('a journal that somebody has committed', () => {
  it.each([
    '../../x',
    '/etc/x',
    'a/../../x',
    '.matrix-gitops/lock',
    'a\\..\\x',
    '.git/hooks/pre-commit',
    'chat/.git/config',
    '.GIT/config',
    '.git./config',
    'git~1/config',
    '.git::$INDEX_ALLOCATION/config',
    'a\u001b[2J',
  ])('writes and removes nothing at "%s"', async (path) => {
    for (const operation of [
      { replace: path, staged: '0', sha256: sha256('theirs') },
      { remove: path },
      { remove: path, sha256: sha256(OUTSIDE) },
    ]) {
      await putHidden('new/0', 'theirs');
      await putHidden('journal.json', journal(operation));
      const before = await everything(dirname(folder()));
      for (const message of await refusals()) {
        expect(message).toMatch(/it names files that this program does not write; remove the folder/);
        expect(message).not.toMatch(/\p{Cc}/u);
      }
      expect(await everything(dirname(folder()))).toEqual(before);
      await rm(folder(), { recursive: true });
    }
  });

  it('puts nothing in the place of what a link in the output leads to', async () => {
    await link('chat', outside);
    await putHidden('new/0', 'theirs');
    await putHidden('journal.json', journal({ replace: 'chat/0', staged: '0', sha256: sha256('theirs') }));
    await expect(finishInterrupted(folder())).rejects.toThrow(/symbolic link/);
    await expectOutsideAsItWas();
  });

  it('removes nothing behind a link in the output', async () => {
    await link('chat', outside);
    await putHidden('journal.json', journal({ remove: 'chat/0', sha256: sha256(OUTSIDE) }));
    await finishInterrupted(folder());
    await expectOutsideAsItWas();
  });

  it.each(['new', 'old', 'lock'])('is not followed when "%s" beside it is a link', async (name) => {
    await putHidden('journal.json', journal({ replace: 'a.yaml', staged: '0', sha256: sha256(OUTSIDE) }));
    await link(`.matrix-gitops/${name}`, outside);
    for (const message of await refusals())
      expect(message).toMatch(/but a link, a pipe or the like; remove it/);
    await expectOutsideAsItWas();
    expect((await everything(folder())).has('a.yaml')).toBe(false);
  });

  it('puts no link into the output', async () => {
    await putHidden('journal.json', journal({ replace: 'a.yaml', staged: '0', sha256: sha256(OUTSIDE) }));
    await link('.matrix-gitops/new/0', join(outside, '0'));
    for (const message of await refusals()) expect(message).toMatch(/missing or damaged/);
    expect((await everything(folder())).has('a.yaml')).toBe(false);
  });

  it('that is a pipe, a link, or what it wants to move or remove, is waited for by nobody', async () => {
    await pipe('.matrix-gitops/journal.json');
    for (const message of await refusals()) expect(message).toMatch(/a pipe or the like; remove it/);
    await rm(folder(), { recursive: true });
    await link('.matrix-gitops/journal.json', join(outside, '0'));
    for (const message of await refusals()) expect(message).toMatch(/a pipe or the like; remove it/);
    await rm(folder(), { recursive: true });
    await pipe('.matrix-gitops/new/0');
    await putHidden('journal.json', journal({ replace: 'a.yaml', staged: '0', sha256: sha256('') }));
    for (const message of await refusals()) expect(message).toMatch(/missing or damaged/);
    await rm(folder(), { recursive: true });
    await pipe('a.yaml');
    await putHidden('journal.json', journal({ remove: 'a.yaml' }, { remove: 'a.yaml', sha256: sha256('') }));
    await finishInterrupted(folder());
    expect(existsSync(join(folder(), 'a.yaml'))).toBe(true);
  });

  it('that is too large, or too deep, is damaged', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const head = '{"program":"matrix-gitops","format":1,"sha256":"x","operations":';
    for (const text of [`${head}[${deep}]}`, `${head}[{"remove":"a","x":${deep}}]}`, `${head}${deep}}`]) {
      await putHidden('journal.json', text);
      for (const message of await refusals()) expect(message).toMatch(/cannot be used/);
    }
    await truncate(join(folder(), '.matrix-gitops/journal.json'), 64 * 1024 * 1024 + 1);
    for (const message of await refusals())
      expect(message).toMatch(/it is larger than 64 MB; remove the folder/);
  });
});

describe('a lock that somebody has committed', () => {
  const owner = (more: object = {}): string =>
    JSON.stringify({ ...currentOwner(), host: 'elsewhere', boot: 'other', ...more });

  it('shows no control characters', async () => {
    await putHidden('lock/owner.json', owner({ host: 'a\u001b[2J\u009b31m\r\nb' }));
    const [looked, ...written] = await refusals().catch(() => []);
    expect(looked).toBeUndefined();
    expect(written).toEqual([]);
    const message = (await interruptedWrite(folder()))?.message ?? '';
    expect(message).toMatch(/being written by process \d+ on a\?\?2J\?31m\?\?b,/);
    expect(message).not.toMatch(/\p{Cc}/u);
    await expect(writeTree(folder(), TEXTS, { patience: 0 })).rejects.toThrow(/^[^\p{Cc}]*$/u);
  });

  it.each([
    ['that is huge', (): Promise<void> => putHidden('lock/owner.json', owner({ host: 'x'.repeat(5000) }))],
    ['whose owner is a pipe', () => pipe('.matrix-gitops/lock/owner.json')],
    ['whose owner is a link', () => link('.matrix-gitops/lock/owner.json', '/proc/self/environ')],
    [
      'whose owner is a folder',
      () => mkdir(join(folder(), '.matrix-gitops/lock/owner.json'), { recursive: true }).then(),
    ],
  ])('%s is damaged', async (_, prepare) => {
    await prepare();
    const before = await everythingButPipes();
    for (const message of await refusals()) expect(message).toMatch(/lock is damaged; .*remove that folder/);
    expect(await everythingButPipes()).toEqual(before);
  });

  it.each(['lock', 'new'])('that is a pipe called "%s" is refused', async (name) => {
    await pipe(`.matrix-gitops/${name}`);
    for (const message of await refusals()) expect(message).toMatch(/a pipe or the like; remove it/);
  });

  it('of very many dead owners is damaged', async () => {
    for (let depth = 0; depth <= 200; depth++) {
      await putHidden(`lock/${'next/'.repeat(depth)}owner.json`, JSON.stringify(deadOwner()));
    }
    for (const message of await refusals()) expect(message).toMatch(/lock is damaged/);
  });

  it('whose next owner is a link puts nothing where that leads', async () => {
    await putHidden('lock/owner.json', JSON.stringify(deadOwner()));
    await writeFile(join(outside, 'owner.json'), JSON.stringify(deadOwner()));
    await symlink(outside, join(folder(), '.matrix-gitops/lock/next'));
    for (const message of await refusals()) expect(message).toMatch(/lock is damaged/);
    expect([...(await everything(outside)).keys()]).toEqual(['0', 'owner.json']);
  });

  /** Names alone, where some cannot be read. */
  async function everythingButPipes(): Promise<string> {
    return execFileSync('find', [folder()], { encoding: 'utf8' });
  }
});

describe('a file in the output folder', () => {
  it('that is a pipe, in the place of one of ours or not, is waited for by nobody', async () => {
    await mkdir(folder());
    await pipe('a.yaml');
    await pipe('other.yaml');
    await expect(writeTree(folder(), TEXTS)).rejects.toThrow(/a.yaml: it is neither file nor folder/);
    await rm(join(folder(), 'a.yaml'));
    expect(await writeTree(folder(), TEXTS)).toMatchObject({ changed: ['a.yaml'] });
    await expect(
      writeTree(folder(), TEXTS, { expected: new Map([['other.yaml', 'x']]) }).then(() =>
        writeTree(folder(), rendered({ 'b.yaml': 'x' }), { expected: new Map([['other.yaml', 'x']]) }),
      ),
    ).rejects.toThrow(/cannot write .*other.yaml/);
  });

  it('of another size is not read', async () => {
    await put(folder(), new Map([['a.yaml', 'x']]));
    execFileSync('truncate', ['--size=40G', join(folder(), 'a.yaml'), join(folder(), 'other.yaml')]);
    expect(await compareTree(folder(), TEXTS)).toMatchObject({ differs: ['a.yaml'], stale: [] });
  });

  it.skipIf(process.getuid?.() === 0)('that may not be read is named', async () => {
    await put(folder(), TEXTS);
    await chmod(join(folder(), 'a.yaml'), 0);
    await expect(compareTree(folder(), TEXTS)).rejects.toMatchObject({ path: `${folder()}/a.yaml` });
    await chmod(join(folder(), 'a.yaml'), 0o644);
    expect(await readFile(join(folder(), 'a.yaml'), 'utf8')).toBe(TEXTS.get('a.yaml'));
  });
});
