import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ignoredByGit } from '../../output/git-ignore.ts';
import { put, useOutputFolder } from './folders.ts';

const { folder, parent } = useOutputFolder();
const noGit = spawnSync('git', ['--version']).error !== undefined;

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
    await put(folder(), new Map([['chat/a.yaml', 'text']]));
    expect(await ignoredByGit(folder(), 'chat/a.yaml')).toBe(wanted);
  });

  it('outside a repository is not ignored', async () => {
    await mkdir(folder());
    expect(await ignoredByGit(folder(), 'a.yaml')).toBeUndefined();
  });
});

it('without git nothing is said', async () => {
  await mkdir(folder());
  const { PATH } = process.env;
  process.env.PATH = folder();
  try {
    expect(await ignoredByGit(folder(), 'a.yaml')).toBeUndefined();
  } finally {
    process.env.PATH = PATH;
  }
});
