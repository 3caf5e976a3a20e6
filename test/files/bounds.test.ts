import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Bounds,
  boundsOf,
  isInside,
  placeOf,
  safeFolder,
  touchesInside,
} from '../../src/files/bounds.ts';
import { FileProblem } from '../../src/files/problem.ts';

let top = '';
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'bounds-')));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const at = (path: string): string => join(top, path);
function makeFolder(path: string): string {
  mkdirSync(at(path), { recursive: true });
  return at(path);
}
function makeFile(path: string): string {
  makeFolder(dirname(path));
  writeFileSync(at(path), 'text');
  return at(path);
}
const rootsOf = ({ roots }: Bounds): readonly string[] =>
  roots.map(({ written }) => written.slice(top.length));

/** Why a place is refused. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FileProblem) return `${error.kind}: ${error.what}`;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the bounds', () => {
  it('are the checkout that the current folder is in, or that folder', () => {
    const here = makeFolder('repository/deep/er');
    expect(rootsOf(boundsOf(undefined, here))).toEqual(['/repository/deep/er']);
    makeFolder('repository/.git');
    expect(rootsOf(boundsOf('stacks', here))).toEqual(['/repository']);
    // A worktree or submodule has a file.
    makeFile('repository/deep/.git');
    expect(rootsOf(boundsOf('stacks', here))).toEqual(['/repository/deep']);
  });

  it('are also the checkout of the stack files, or the folder around these', () => {
    const here = makeFolder('here');
    makeFolder('other/deep/stacks');
    expect(rootsOf(boundsOf('../other/deep/stacks', here))).toEqual(['/here', '/other/deep']);
    makeFolder('other/.git');
    expect(rootsOf(boundsOf('../other/deep/stacks', here))).toEqual(['/here', '/other']);
  });

  it('of a checkout within the current folder hold its own files', () => {
    const here = makeFolder('here');
    makeFolder('here/stranger/.git');
    makeFolder('here/stranger/stacks');
    makeFile('here/private.yaml');
    symlinkSync('../../private.yaml', at('here/stranger/stacks/x.yaml'));
    const bounds = boundsOf('stranger/stacks', here);
    expect(refusal(() => placeOf(bounds, at('here/stranger/stacks/x.yaml'), 'repository'))).toMatch(
      /^outside/,
    );
    expect(placeOf(bounds, at('here/private.yaml'))).toBe(at('here/private.yaml'));
  });

  it('are those of the stack files where the command runs at the top of the file system', () => {
    makeFolder('repository/.git');
    makeFolder('repository/stacks');
    makeFile('private.yaml');
    symlinkSync('../../private.yaml', at('repository/stacks/x.yaml'));
    const bounds = boundsOf(at('repository/stacks'), '/');
    expect(refusal(() => placeOf(bounds, at('repository/stacks/x.yaml'), 'repository'))).toMatch(/^outside/);
    expect(touchesInside(bounds, at('repository/bin'))).toBe(true);
    expect(touchesInside(bounds, at('elsewhere/bin'))).toBe(false);
  });

  it('never are the home folder, or what holds it, for stack files outside', () => {
    const here = makeFolder('here');
    makeFolder('home/stacks');
    const home = process.env.HOME;
    process.env.HOME = at('home');
    try {
      expect(rootsOf(boundsOf('../home/stacks', here))).toEqual(['/here', '/home/stacks']);
    } finally {
      process.env.HOME = home;
    }
  });

  it('are left by nothing that is run from the checkout around a submodule', () => {
    makeFolder('parent/.git');
    makeFile('parent/module/.git');
    const bounds = boundsOf('stacks', at('parent/module'));
    expect(touchesInside(bounds, at('parent/node_modules/.bin/kubectl'))).toBe(true);
    expect(rootsOf(bounds)).toEqual(['/parent/module']);
  });

  it('are not made smaller by a .git in the folder of the stack files', () => {
    const here = makeFolder('here');
    makeFile('here/stacks/.git');
    expect(rootsOf(boundsOf('stacks', here))).toEqual(['/here']);
    makeFile('other/stacks/.git');
    expect(rootsOf(boundsOf('../other/stacks', here))).toEqual(['/here', '/other']);
  });

  it('know a folder from one whose name begins the same', () => {
    const bounds = boundsOf(undefined, makeFolder('here'));
    expect(
      [at('here'), at('here/x'), at('here-too'), at('here/../x')].map((path) => isInside(bounds, path)),
    ).toEqual([true, true, false, false]);
  });

  it('hold where the current folder is reached by a link', () => {
    makeFile('real/here/stacks/a.yaml');
    symlinkSync(at('real/here'), at('here'));
    const bounds = boundsOf('stacks', at('here'));
    expect(placeOf(bounds, at('here/stacks/a.yaml'))).toBe(at('real/here/stacks/a.yaml'));
    expect(placeOf(bounds, at('real/here/stacks/a.yaml'))).toBe(at('real/here/stacks/a.yaml'));
  });
});

describe('a place', () => {
  let bounds: Bounds;
  beforeEach(() => {
    bounds = boundsOf(undefined, makeFolder('here'));
    makeFile('outside/file');
    makeFile('here/file');
  });

  it('is where it really is, also when it is not there yet', () => {
    makeFolder('here/real');
    symlinkSync('real', at('here/link'));
    expect(placeOf(bounds, at('here/file'))).toBe(at('here/file'));
    expect(placeOf(bounds, at('here/link/new/er'))).toBe(at('here/real/new/er'));
    expect(placeOf(bounds, at('here/file/below'))).toBe(at('here/file/below'));
  });

  it('outside is used when a person names it, and only then', () => {
    expect(placeOf(bounds, at('outside/file'))).toBe(at('outside/file'));
    expect(refusal(() => placeOf(bounds, at('outside/file'), 'repository'))).toMatch(
      /^outside: it is outside/,
    );
    expect(refusal(() => placeOf(bounds, at('here/../outside/file'), 'repository'))).toMatch(/^outside:/);
  });

  it.each([
    ['file', '../outside/file', ''],
    ['folder', '../outside', '/file'],
    ['folder that is not there yet', '../outside', '/new/er'],
    ['chain', 'second', ''],
    ['top', '/', '/etc'],
  ])('that a link to a %s leads out for is refused, whoever names it', (_, to, below) => {
    symlinkSync('../outside/file', at('here/second'));
    symlinkSync(to, at('here/link'));
    for (const by of ['person', 'repository'] as const) {
      expect(refusal(() => placeOf(bounds, at(`here/link${below}`), by))).toMatch(
        /^outside: a symbolic link in its path points outside the repository$/,
      );
    }
  });

  it('behind a link that leads nowhere, or in a circle, is refused', () => {
    symlinkSync('nowhere', at('here/dangling'));
    symlinkSync('../outside/new', at('here/out'));
    symlinkSync('circle', at('here/circle'));
    for (const path of ['here/dangling', 'here/dangling/x', 'here/out', 'here/out/x/y']) {
      expect(
        refusal(() => placeOf(bounds, at(path))),
        path,
      ).toMatch(/^unreadable: it is a symbolic link to a file or/);
    }
    expect(refusal(() => placeOf(bounds, at('here/circle/x')))).toMatch(/^unreadable: .*circle$/);
  });

  it('touches the bounds by its name or by where it leads', () => {
    symlinkSync(at('here'), at('in'));
    symlinkSync(at('outside'), at('here/out'));
    expect(
      ['in/file', 'here/out', 'here/none', 'outside', 'none'].map((path) => touchesInside(bounds, at(path))),
    ).toEqual([true, true, true, false, false]);
  });

  it('that looks like a git repository is no folder to write to', () => {
    const dist = makeFolder('here/dist');
    for (const [index, name] of ['HEAD', 'refs', 'objects'].entries()) {
      expect(safeFolder(bounds, dist)).toBe(dist);
      // Git follows links there.
      if (index === 1) symlinkSync(at('outside'), join(dist, name));
      else makeFolder(`here/dist/${name}`);
    }
    expect(refusal(() => safeFolder(bounds, dist))).toMatch(/^repository: it looks like a git repository/);
    expect(safeFolder(bounds, at('here/none'))).toBe(at('here/none'));
  });
});

describe("git's own folder", () => {
  it.each([
    ['a link to hooks', 'repository/dist', '.git/hooks'],
    ['a link to a configuration, on a file system without upper case', 'repository/x.yaml', '.GIT/config'],
  ])('is not reached by %s', (_, path, target) => {
    const here = makeFolder('repository');
    makeFolder('repository/.git/hooks');
    makeFile('repository/.GIT/config');
    symlinkSync(target, at(path));
    for (const by of ['person', 'repository'] as const) {
      expect(refusal(() => placeOf(boundsOf(undefined, here), at(path), by))).toBe(
        "repository: it is in git's own folder (.git)",
      );
    }
  });

  it('is not a place for new files either, but a name that begins like it is', () => {
    const here = makeFolder('repository');
    makeFolder('repository/.git');
    const bounds = boundsOf(undefined, here);
    expect(refusal(() => placeOf(bounds, at('repository/.git/new/file')))).toMatch(/^repository/);
    expect(placeOf(bounds, at('repository/.github/x'))).toBe(at('repository/.github/x'));
  });
});
