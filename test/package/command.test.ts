import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXAMPLES, renderedExamples } from '../stacks.ts';
import { emptyFolder, install, texts } from './folders.ts';

/** A repository with two stack files, and the package installed from its tarball. */
function repository(): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  install(folder);
  cpSync(EXAMPLES, join(folder, 'stacks'), { recursive: true });
  return folder;
}

function synth(cwd: string, environment: NodeJS.ProcessEnv = {}): { status: number | null; stderr: string } {
  const bin = join(cwd, 'node_modules/.bin/matrix-gitops');
  const { status, stderr } = spawnSync(bin, ['synth'], {
    cwd,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('npx matrix-gitops synth writes in an empty repository what npm run synth writes here', () => {
  const cwd = repository();
  cpSync('versions.yaml', join(cwd, 'versions.yaml'));
  execFileSync('npx', ['--offline', 'matrix-gitops', 'synth'], { cwd, stdio: 'pipe' });
  expect(texts(join(cwd, 'dist'))).toEqual(renderedExamples());
});

// Until src/cli/workspace.ts asks packagedFile('versions.yaml').
test('a repository without versions.yaml gets the versions of the package', () => {
  const cwd = repository();
  expect(synth(cwd)).toEqual({ status: 0, stderr: '' });
  expect(texts(join(cwd, 'dist'))).toEqual(renderedExamples());
});

test('the code cache is kept where the user keeps caches, and changes nothing', () => {
  const cwd = repository();
  cpSync('versions.yaml', join(cwd, 'versions.yaml'));
  const cache = emptyFolder();
  const folder = join(cache, 'matrix-gitops');
  const run = (): void => {
    expect(synth(cwd, { XDG_CACHE_HOME: cache })).toEqual({ status: 0, stderr: '' });
    expect(texts(join(cwd, 'dist'))).toEqual(renderedExamples());
  };
  run();
  const kept = readdirSync(folder);
  expect(kept.length).toBeGreaterThan(0);
  run();
  expect(readdirSync(folder)).toEqual(kept);
});

test.runIf(process.version.startsWith('v20.'))('a damaged code cache is not run, and made again', () => {
  const cwd = repository();
  cpSync('versions.yaml', join(cwd, 'versions.yaml'));
  const cache = emptyFolder();
  synth(cwd, { XDG_CACHE_HOME: cache });
  const kept = readdirSync(join(cache, 'matrix-gitops'));
  expect(kept.map((name) => name.replace(/-.*/, ''))).toEqual(['cli']);
  for (const name of kept) {
    const file = join(cache, 'matrix-gitops', name);
    const good = readFileSync(file);
    const bad = Buffer.from(good);
    bad.fill(0x41, 100_000, 101_000);
    for (const damage of [bad, good.subarray(0, 1000), Buffer.alloc(0), Buffer.from('nonsense')]) {
      writeFileSync(file, damage);
      expect(synth(cwd, { XDG_CACHE_HOME: cache })).toEqual({ status: 0, stderr: '' });
      expect(readFileSync(file).length).toBeGreaterThan(100_000);
    }
  }
});

test('without a place for a cache, or with one that others can write to, there is none', () => {
  const cwd = repository();
  cpSync('versions.yaml', join(cwd, 'versions.yaml'));
  const open = emptyFolder();
  mkdirSync(join(open, 'matrix-gitops'));
  chmodSync(join(open, 'matrix-gitops'), 0o777);
  for (const XDG_CACHE_HOME of ['/dev/null', open]) {
    expect(synth(cwd, { XDG_CACHE_HOME })).toEqual({ status: 0, stderr: '' });
  }
  expect(readdirSync(join(open, 'matrix-gitops'))).toEqual([]);
});

test('a mistake in a stack file ends with its place and exit code 2', () => {
  const cwd = repository();
  cpSync('versions.yaml', join(cwd, 'versions.yaml'));
  writeFileSync(join(cwd, 'stacks/wrong.yaml'), 'schema: 1\nserverName: example.net\n');
  const { status, stderr } = synth(cwd);
  expect(status).toBe(2);
  expect(stderr).toContain('stacks/wrong.yaml:');
});
