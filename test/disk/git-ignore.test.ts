import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ignoredByGit } from '../../src/disk/git-ignore.ts';
import { boundsOf } from '../../src/files/bounds.ts';
import { put, useOutputFolder } from './folders.ts';
import { setTrap } from './trap.ts';

const { folder, parent } = useOutputFolder();
const noGit = spawnSync('git', ['--version']).error !== undefined;
const FILE = 'chat/a.yaml';

const asked = (path = FILE): string | undefined =>
  ignoredByGit(boundsOf(undefined, parent()), folder(), path);

/** What git itself says. */
function gitSays(path = FILE): string | undefined {
  const { stdout } = spawnSync('git', ['check-ignore', '--verbose', '--', `dist/${path}`], {
    cwd: parent(),
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  });
  const [, place, pattern] = /^(.+:\d+):(.*)\t/.exec(stdout) ?? [];
  return pattern === undefined || pattern.startsWith('!') ? undefined : `${place} says "${pattern}"`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(parent(), path)), { recursive: true });
  await writeFile(join(parent(), path), text);
}

describe.skipIf(noGit)('a file of the output folder (needs git)', () => {
  it.each([
    ['dist/', '.gitignore:2 says "dist/"'],
    ['dist/*', '.gitignore:2 says "dist/*"'],
    ['*.yaml', '.gitignore:2 says "*.yaml"'],
    ['*.yaml\n!a.yaml', undefined],
    ['*.tmp', undefined],
  ])('with "%s" in .gitignore', async (pattern, wanted) => {
    execFileSync('git', ['init', '--quiet', parent()]);
    await writeFile(join(parent(), '.gitignore'), `node_modules/\n${pattern}\n`);
    await put(folder(), new Map([[FILE, 'text']]));
    expect(asked()).toBe(wanted);
    expect(gitSays()).toBe(wanted);
  });

  it('is judged as git judges it, whatever the lines', async () => {
    execFileSync('git', ['init', '--quiet', parent()]);
    await put(folder(), new Map([[FILE, 'text']]));
    const patterns = [
      ...['dist', '/dist', '/dist/', 'dist/**', '**/dist', '**/a.yaml', 'dist/**/a.yaml', '**', '*', '/*'],
      ...['dist/*/a.yaml', 'a.yaml', '/a.yaml', 'chat', 'chat/', 'dist/chat', 'chat/a.yaml', '/dist/chat/'],
      ...[
        '?.yaml',
        '[a-c].yaml',
        '[!a].yaml',
        '[^b].yaml',
        '[[:alpha:]].yaml',
        '[]a].yaml',
        '[a',
        'a.yam\\l',
      ],
      ...['dist/*\n!dist/chat/', 'dist/\n!dist/', 'dist/*\n!dist/chat', '*\n!*/', '*\n!*/\n!*.yaml'],
      ...[
        '#dist',
        '\\#dist',
        'dist  ',
        'dist\\ ',
        ' dist',
        '!dist',
        '\\!dist',
        '!!dist',
        'dist\r',
        'a.yaml\\',
      ],
      ...[
        'd*t',
        'd**t',
        'dist/c**',
        'dist/**/',
        '**/chat/**',
        'dist/**/**/a.yaml',
        '/**/a.yaml',
        '//dist',
        '/',
      ],
      ...['dist//', 'dist/./chat', '[a-', '[z-a].yaml', 'dist/chat/*.yaml', 'dist*chat', 'dist?chat', 'DIST'],
      ...[
        '*.yaml\n!chat/a.yaml',
        '/dist/*\n!/dist/chat\n/dist/chat/*',
        'a*a*l',
        '*a*m*',
        'dist/[c]hat/a[.]yaml',
      ],
    ];
    const differ: unknown[] = [];
    for (const pattern of patterns) {
      await write('.gitignore', `${pattern}\n`);
      const [ours, theirs] = [asked(), gitSays()];
      if (ours !== theirs) differ.push({ pattern, ours, theirs });
    }
    expect(differ).toEqual([]);
  });

  it('is judged by the files of inner folders and .git/info/exclude too', async () => {
    execFileSync('git', ['init', '--quiet', parent()]);
    await put(folder(), new Map([[FILE, 'text']]));
    await write('.git/info/exclude', '*.yaml\n');
    expect(asked()).toBe('.git/info/exclude:1 says "*.yaml"');
    expect(asked()).toBe(gitSays());
    await write('.gitignore', '!*.yaml\n');
    expect([asked(), gitSays()]).toEqual([undefined, undefined]);
    await write('dist/.gitignore', '/chat/a.yaml\n');
    expect(asked()).toBe('dist/.gitignore:1 says "/chat/a.yaml"');
    expect(asked()).toBe(gitSays());
    await write('dist/chat/.gitignore', '!a.yaml\n');
    expect([asked(), gitSays()]).toEqual([undefined, undefined]);
  });

  it.each(['2', '3'])('is not ignored when it is committed already (index version %s)', async (version) => {
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', `index.version=${version}`, ...args], { cwd: parent() });
    git('init', '--quiet');
    await write('.gitignore', 'dist/\n');
    await put(folder(), new Map([[FILE, 'text']]));
    await write(`x/dist/${FILE}`, 'text');
    git('add', '--force', `x/dist/${FILE}`);
    expect(asked(), 'another file, with the same end').toBe('.gitignore:1 says "dist/"');
    git('add', '--force', `dist/${FILE}`);
    expect([asked(), gitSays()]).toEqual([undefined, undefined]);
  });

  it('outside a repository is not ignored', async () => {
    await mkdir(folder());
    expect(asked('a.yaml')).toBeUndefined();
  });

  it('runs nothing that a repository in the output folder names', async () => {
    execFileSync('git', ['init', '--quiet', parent()]);
    await mkdir(folder());
    const marker = join(parent(), 'marker');
    await setTrap(folder(), marker);
    await put(folder(), new Map([[FILE, 'text']]));
    // What the trap is worth: git, asked there what this program wants to know, runs the command.
    spawnSync('git', ['check-ignore', '--', FILE], { cwd: folder() });
    const isSharp = existsSync(marker);
    spawnSync('rm', ['-f', marker]);
    asked();
    expect({ isSharp, ran: existsSync(marker) }).toEqual({ isSharp: true, ran: false });
  });
});

it('needs no git', async () => {
  await mkdir(join(parent(), '.git'));
  await write('.gitignore', 'dist/\n');
  await put(folder(), new Map([[FILE, 'text']]));
  const { PATH } = process.env;
  process.env.PATH = folder();
  try {
    expect(asked()).toBe('.gitignore:1 says "dist/"');
  } finally {
    process.env.PATH = PATH;
  }
});

it('reads no link, pipe or giant as lines for git, and quotes no control characters', async () => {
  await mkdir(join(parent(), '.git'));
  await put(folder(), new Map([[FILE, 'text']]));
  await write('elsewhere', 'dist/\n');
  await symlink(join(parent(), 'elsewhere'), join(parent(), '.gitignore'));
  expect(asked()).toBeUndefined();
  spawnSync('mkfifo', [join(folder(), '.gitignore')]);
  expect(asked()).toBeUndefined();
  await write('dist/chat/.gitignore', `${'# \n'.repeat(50_000)}*\n`);
  expect(asked()).toBeUndefined();
  await write('dist/chat/.gitignore', '*[!\u001b]\n');
  expect(asked()).toBe('dist/chat/.gitignore:1 says "*[!?]"');
});

it('gives an answer for patterns that can fit in very many ways', async () => {
  await mkdir(join(parent(), '.git'));
  await write('.gitignore', `${'*a'.repeat(400)}b\n${'**/'.repeat(300)}b\n`);
  const path = `${'a'.repeat(200)}.yaml`;
  await put(folder(), new Map([[path, 'text']]));
  expect(asked(path)).toBeUndefined();
});
