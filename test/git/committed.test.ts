import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommittedFolder, committedFolder } from '../../src/git/committed.ts';
import { GitUnread } from '../../src/git/unread.ts';

let top = '';

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'git-'));
  git('init', '--quiet', '--initial-branch', 'main');
});

afterEach(() => rmSync(top, { recursive: true, force: true }));

/** The real git, with nobody's configuration. */
function git(...words: readonly string[]): string {
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
  return execFileSync('git', words, { cwd: top, env, encoding: 'utf8' });
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), text);
}

function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', 'x');
}

/** Every file below a folder with its text. */
function all(folder: CommittedFolder, below = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of folder.files) found[`${below}${name}`] = folder.read(name).toString('utf8');
  for (const name of folder.folders) Object.assign(found, all(folder.open(name), `${below}${name}/`));
  return found;
}

function why(): string {
  try {
    all(committedFolder(top, 'dist'));
  } catch (error) {
    if (error instanceof GitUnread) return error.why;
    throw error;
  }
  throw new Error('it was read');
}

/** A text that others of its kind differ from in one line, so that git stores the difference. */
const long = (line: string): string =>
  Array.from({ length: 2000 }, (_, index) => (index === 1000 ? line : `line ${index * 7919}`)).join('\n');

/** Pieces that nothing makes smaller: a version that drops one and adds one is best stored as a delta on a delta. */
const random = [...Array(10).keys()].map((step) =>
  Array.from({ length: 20 }, (_, index) =>
    createHash('sha256').update(`${step} ${index}`).digest('hex'),
  ).join('\n'),
);

describe('what the last commit has', () => {
  it('is read from loose objects', () => {
    put('dist/chat/a.yaml', 'a\n');
    put('dist/chat/data/b.yaml', 'b\n');
    put('other.txt', 'x\n');
    commit();
    expect(all(committedFolder(top, 'dist'))).toEqual({ 'chat/a.yaml': 'a\n', 'chat/data/b.yaml': 'b\n' });
  });

  it('is read from packs with deltas, and from packed references', () => {
    const versions = [1, 2, 3, 4, 5].map((step) => long('').concat(...random.slice(step, step + 4)));
    for (const [index, version] of versions.entries()) {
      put('dist/chat/long.yaml', version);
      put(`dist/chat/other-${index}.yaml`, `${version}\nother`);
      commit();
    }
    git('gc', '--quiet', '--aggressive', '--prune=now');
    git('pack-refs', '--all');
    expect(readdirSync(join(top, '.git/refs/heads'))).toEqual([]);
    const [pack = ''] = readdirSync(join(top, '.git/objects/pack')).filter((name) => name.endsWith('.idx'));
    const chains = git('verify-pack', '-v', `.git/objects/pack/${pack}`);
    expect(chains).toMatch(/chain length = [2-9]/);
    const files = all(committedFolder(top, 'dist'));
    expect(Object.keys(files)).toHaveLength(6);
    expect(files['chat/long.yaml']).toBe(versions.at(-1));
    for (const [index, version] of versions.entries()) {
      expect(files[`chat/other-${index}.yaml`]).toBe(`${version}\nother`);
    }
  });

  it('is read where deltas name what they are made of by its id, and of several packs', () => {
    for (const step of [1, 2, 3]) put(`dist/chat/of-${step}.yaml`, long(`step ${step}`));
    commit();
    git('-c', 'repack.useDeltaBaseOffset=false', 'repack', '--quiet', '-a', '-d');
    put('dist/chat/last.yaml', 'last');
    commit();
    git('repack', '--quiet');
    git('prune-packed');
    expect(readdirSync(join(top, '.git/objects/pack')).filter((name) => name.endsWith('.idx'))).toHaveLength(
      2,
    );
    const files = all(committedFolder(top, 'dist'));
    for (const step of [1, 2, 3]) expect(files[`chat/of-${step}.yaml`]).toBe(long(`step ${step}`));
    expect(files['chat/last.yaml']).toBe('last');
  });

  it('is read where a delta takes over more than 64 KB at once', () => {
    const piece = random.join('').repeat(12);
    put('dist/a', `${piece}a`);
    put('dist/b', `${piece}b`);
    commit();
    git('repack', '--quiet', '-a', '-d');
    expect(piece.length).toBeGreaterThan(100_000);
    expect(all(committedFolder(top, 'dist'))).toEqual({ a: `${piece}a`, b: `${piece}b` });
  });

  it('is nothing before the first commit, and where nothing is at the path', () => {
    expect(all(committedFolder(top, 'dist'))).toEqual({});
    put('a', 'a');
    commit();
    expect(all(committedFolder(top, 'dist'))).toEqual({});
  });

  it('is what a detached HEAD names, too', () => {
    put('dist/a', '1');
    commit();
    git('checkout', '--quiet', '--detach');
    put('dist/a', '2');
    commit();
    expect(all(committedFolder(top, 'dist'))).toEqual({ a: '2' });
  });

  it('leaves out links and submodules', () => {
    put('dist/a', '1');
    symlinkSync('/etc/passwd', join(top, 'dist/link'));
    commit();
    expect(all(committedFolder(top, 'dist'))).toEqual({ a: '1' });
  });
});

describe('what is not read', () => {
  it('is a linked worktree, whose .git is a file', () => {
    rmSync(join(top, '.git'), { recursive: true });
    put('.git', 'gitdir: /somewhere/else\n');
    expect(why()).toMatch(/not a folder/);
  });

  it('is what a symbolic link in .git leads to', () => {
    put('dist/a', '1');
    commit();
    renameSync(join(top, '.git/objects'), join(top, 'elsewhere'));
    symlinkSync(join(top, 'elsewhere'), join(top, '.git/objects'));
    expect(why()).toMatch(/not a folder/);
  });

  it.each([
    ['a way out', 'ref: refs/heads/../../../../etc/passwd'],
    ['another file', 'ref: config'],
    ['a longer id', 'a'.repeat(64)],
    ['nothing known', '\u0000'],
  ])('is a HEAD that names %s', (_name, text) => {
    put('.git/HEAD', `${text}\n`);
    expect(why()).toMatch(/HEAD/);
  });

  it('is a circle of references', () => {
    put('.git/HEAD', 'ref: refs/heads/a\n');
    put('.git/refs/heads/a', 'ref: refs/heads/a\n');
    expect(why()).toMatch(/name each other/);
  });

  it('is an object that is missing or damaged', () => {
    put('dist/a', '1');
    commit();
    const id = git('rev-parse', 'HEAD:dist').trim();
    const file = join(top, '.git/objects', id.slice(0, 2), id.slice(2));
    const before = readFileSync(file);
    rmSync(file);
    expect(why()).toMatch(/missing/);
    writeFileSync(file, before.subarray(0, before.length - 8));
    expect(why()).toMatch(/damaged/);
  });

  it('is an object that is small packed and large unpacked', () => {
    put('dist/a', '1');
    commit();
    const large = Buffer.concat([Buffer.from('tree 50000000\0'), Buffer.alloc(50_000_000)]);
    const id = git('rev-parse', 'HEAD:dist').trim();
    const file = join(top, '.git/objects', id.slice(0, 2), id.slice(2));
    rmSync(file);
    writeFileSync(file, deflateSync(large));
    expect(why()).toMatch(/more there than/);
  });

  it('is a pack that is cut short, or of another format', () => {
    put('dist/a', long('a'));
    commit();
    git('gc', '--quiet', '--prune=now');
    const folder = join(top, '.git/objects/pack');
    const [pack = ''] = readdirSync(folder).filter((name) => name.endsWith('.pack'));
    const index = join(folder, pack.replace(/pack$/, 'idx'));
    const bytes = readFileSync(join(folder, pack));
    rmSync(join(folder, pack));
    writeFileSync(join(folder, pack), bytes.subarray(0, 20));
    expect(why()).toMatch(/damaged/);
    rmSync(index);
    appendFileSync(index, createHash('sha1').update('x').digest());
    expect(why()).toMatch(/format that is not known/);
  });
});
