import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXAMPLES, renderedExamples } from './stacks.ts';

// The same files give the same bytes, whatever the machine speaks and wherever the repository lies.

const work = mkdtempSync(join(tmpdir(), 'determinism-'));
const cli = resolve('build/bin/matrix-gitops.cjs');

beforeAll(() => {
  execFileSync('npm', ['run', '--silent', 'bundle'], { stdio: 'pipe' });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** As {@link tree} gives it. */
const EXPECTED: ReadonlyMap<string, string> = new Map(
  Object.entries(renderedExamples())
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => [path, Buffer.from(text).toString('latin1')]),
);

/** Every file below a folder with its bytes, by path; hidden entries are the writer's own. */
function tree(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]),
  );
}

it.each([
  [
    'in another time zone, in Turkish, which has letters of its own for i, and in a folder with spaces and umlauts',
    'mein Büro/Matrix für alle',
    { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  ],
  ['in the C locale', 'repository', { LANG: 'C', LC_ALL: 'C' }],
  ['with nothing in the environment', 'repository', { PATH: '' }],
])('renders the same bytes %s', (_, folder, environment) => {
  const repository = join(work, folder);
  rmSync(repository, { recursive: true, force: true });
  mkdirSync(repository, { recursive: true });
  cpSync(EXAMPLES, join(repository, 'stacks'), { recursive: true });
  cpSync('versions.yaml', join(repository, 'versions.yaml'));
  execFileSync(process.execPath, [cli, 'synth'], {
    cwd: repository,
    env: 'PATH' in environment ? environment : { ...process.env, ...environment },
    stdio: 'pipe',
  });
  expect(tree(join(repository, 'dist'))).toEqual(EXPECTED);
});
