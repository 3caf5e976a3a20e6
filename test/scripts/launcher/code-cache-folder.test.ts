import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { cacheFolder, isOnlyOurs } from '../../../scripts/launcher/code-cache-folder.ts';

let top = '';
/** A checkout, in which the command runs. */
let repository = '';

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'code-cache-folder-')));
  const made = top;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  repository = join(top, 'repository');
  mkdirSync(join(repository, '.git'), { recursive: true });
});

function makeFolder(path: string, mode = 0o755): string {
  const folder = join(top, path);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, mode);
  return folder;
}

const asked = (environment: NodeJS.ProcessEnv, here = repository): string | undefined =>
  cacheFolder(environment, here);

/** Asks, and expects that nothing is used, and nothing made. */
function expectNone(environment: NodeJS.ProcessEnv, here = repository): void {
  const before = readdirSync(top, { recursive: true }).sort();
  expect(asked(environment, here)).toBeUndefined();
  expect(readdirSync(top, { recursive: true }).sort()).toEqual(before);
}

describe('the folder of the code cache', () => {
  test('is made for its owner alone', () => {
    const base = makeFolder('cache');
    expect(asked({ XDG_CACHE_HOME: base })).toBe(join(base, 'matrix-gitops'));
    expect(statSync(join(base, 'matrix-gitops')).mode & 0o777).toBe(0o700);
    expect(asked({ HOME: top })).toBe(join(top, '.cache/matrix-gitops'));
    expect(asked({ XDG_CACHE_HOME: 'relative', HOME: top })).toBe(join(top, '.cache/matrix-gitops'));
  });

  test('is not used where others can write', () => {
    const base = makeFolder('cache');
    const folder = asked({ XDG_CACHE_HOME: base }) ?? '';
    for (const mode of [0o720, 0o702, 0o777, 0o1777]) {
      chmodSync(folder, mode);
      expect(asked({ XDG_CACHE_HOME: base }), mode.toString(8)).toBeUndefined();
    }
  });

  test('is not used, nor made, below a folder where others can write', () => {
    for (const mode of [0o775, 0o757, 0o777]) {
      makeFolder('open/cache');
      chmodSync(join(top, 'open'), mode);
      expectNone({ XDG_CACHE_HOME: join(top, 'open/cache') });
      expectNone({ XDG_CACHE_HOME: join(top, 'open/new') });
    }
    // As /tmp: others can add what is theirs, and rename nothing.
    chmodSync(join(top, 'open'), 0o1777);
    expect(asked({ XDG_CACHE_HOME: join(top, 'open/cache') })).toBeDefined();
  });

  test.runIf(process.getuid?.() === 0)(
    'is not used when a folder of its path is somebody else’s (as root)',
    () => {
      const folder = makeFolder('theirs/cache/matrix-gitops', 0o700);
      expect(asked({ XDG_CACHE_HOME: dirname(folder) })).toBe(folder);
      for (const place of [folder, join(top, 'theirs/cache'), join(top, 'theirs')]) {
        chownSync(place, 12_345, 12_345);
        expectNone({ XDG_CACHE_HOME: dirname(folder) });
        chownSync(place, 0, 0);
      }
      symlinkSync(join(top, 'theirs'), join(top, 'link'));
      expect(asked({ XDG_CACHE_HOME: join(top, 'link/cache') })).toBeDefined();
      lchownSync(join(top, 'link'), 12_345, 12_345);
      expectNone({ XDG_CACHE_HOME: join(top, 'link/cache') });
    },
  );

  test('is never in the repository, whoever names it', () => {
    const inside = join(repository, 'cache');
    mkdirSync(join(inside, 'matrix-gitops'), { recursive: true, mode: 0o700 });
    expectNone({ XDG_CACHE_HOME: inside });
    expectNone({ XDG_CACHE_HOME: join(repository, 'new') });
    expectNone({ HOME: repository });
    mkdirSync(join(repository, 'deep/er'), { recursive: true });
    expectNone({ XDG_CACHE_HOME: inside }, join(repository, 'deep/er'));
    // Through a link from outside, also one that leads to nothing yet.
    symlinkSync(inside, join(top, 'link'));
    expectNone({ XDG_CACHE_HOME: join(top, 'link') });
    symlinkSync(join(repository, 'none'), join(top, 'dangling'));
    expectNone({ XDG_CACHE_HOME: join(top, 'dangling') });
    makeFolder('cache');
    symlinkSync(join(inside, 'matrix-gitops'), join(top, 'cache/matrix-gitops'));
    expectNone({ XDG_CACHE_HOME: join(top, 'cache') });
    expect(existsSync(join(repository, 'none'))).toBe(false);
  });

  test('is never in the current folder because there is no home', () => {
    const plain = makeFolder('plain');
    const before = existsSync('.cache');
    for (const environment of [
      { HOME: '' },
      { HOME: '.' },
      { HOME: '', XDG_CACHE_HOME: '' },
      { HOME: 'home' },
    ]) {
      expectNone(environment, plain);
    }
    expect(existsSync('.cache')).toBe(before);
  });

  test('is not there when it cannot be made', () => {
    const file = join(top, 'file');
    writeFileSync(file, '');
    expectNone({ XDG_CACHE_HOME: file });
  });
});

test('a cache file that others can write is not ours', () => {
  const file = join(makeFolder('cache', 0o700), 'a.v8');
  writeFileSync(file, '');
  for (const [mode, wanted] of [
    [0o600, true],
    [0o620, false],
    [0o602, false],
  ] as const) {
    chmodSync(file, mode);
    expect(isOnlyOurs(file)).toBe(wanted);
  }
});
