import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Images } from '../charts/stack/images.ts';
import { render } from '../src/render/render.ts';
import { repositoryImages, stackFrom } from './stacks.ts';

const folder = mkdtempSync(join(tmpdir(), 'merge-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (...words: readonly string[]): string =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
    encoding: 'utf8',
    stdio: 'pipe',
  });

/** Writes what the shipped stack renders with these images, and commits it. */
function commit(images: Images, message: string): void {
  for (const [path, text] of rendered(images)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
}

function rendered(images: Images): ReadonlyMap<string, string> {
  return render(
    stackFrom(readFileSync('test/fixtures/stacks/app-matrix.yaml', 'utf8'), 'stacks/app-matrix.yaml', images),
  ).files;
}

// Neighbours in every list of images: the ones whose lines come closest.
it('lets two branches that each bump one image merge without a conflict', () => {
  const images = repositoryImages();
  const bumped = {
    livekit: 'docker.io/livekit/livekit-server:v1.14.0',
    synapse: 'docker.io/matrixdotorg/synapse:v1.164.0',
  };
  git('init', '--quiet', '--initial-branch', 'main');
  commit(images, 'start');
  git('checkout', '--quiet', '-b', 'one');
  commit({ ...images, livekit: bumped.livekit }, 'bump LiveKit');
  git('checkout', '--quiet', 'main');
  commit({ ...images, synapse: bumped.synapse }, 'bump Synapse');
  git('merge', '--quiet', '--no-edit', 'one');
  for (const [path, text] of rendered({ ...images, ...bumped })) {
    expect(readFileSync(join(folder, path), 'utf8'), path).toBe(text);
  }
});
