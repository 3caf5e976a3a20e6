import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyCheckout } from '../checkout.ts';

let clone = '';

beforeAll(() => {
  clone = copyCheckout(mkdtempSync(join(tmpdir(), 'npm-run-')));
  npm('run', 'synth', '--', '--help');
});

afterAll(() => {
  rmSync(clone, { recursive: true, force: true });
});

/** Runs npm as a person does, not as a script of the npm that runs these tests. */
function npm(...words: readonly string[]) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const { status, stdout, stderr } = spawnSync('npm', words, {
    cwd: clone,
    env: { ...env, npm_config_offline: 'true', npm_config_update_notifier: 'false' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('npm run, with the real npm', () => {
  it.each([
    [['synth', '--check'], '`npm run synth -- --check`'],
    [['synth', '--stack', 'minimal'], '`npm run synth -- --stack minimal`'],
    [['secrets', 'create', '--stack=minimal', '--yes'], '`npm run secrets -- create --stack minimal --yes`'],
  ])('stops %j before anything is written, and says what to write', (words, expected) => {
    const { status, stderr } = npm('run', ...words);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(expected) });
    expect(existsSync(join(clone, 'dist'))).toBe(false);
    expect(existsSync(join(clone, 'stacks/minimal.secrets'))).toBe(false);
  });

  it('hands on what follows the two dashes', () => {
    // Nothing is rendered there: with --check that is a difference.
    expect(npm('run', 'synth', '--', '--check')).toMatchObject({ status: 1 });
    expect(existsSync(join(clone, 'dist'))).toBe(false);
  });
});

describe('the command line of the sources', () => {
  const run = (...words: readonly string[]) => {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/synth.mjs', ...words], {
      cwd: clone,
      env,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  it('takes no help for a command that is not there', () => {
    expect(run('snyth', '--help')).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'error: unknown command "snyth"; did you mean "synth"? write one of synth, secrets, new, migrate, reference\n',
    });
  });

  it('says what is wrong with a command line in the shape of every other problem', () => {
    const { status, stdout, stderr } = run('synth', '--chek', '--output', 'json');
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      exitCode: 2,
      problem: {
        what: 'unknown option --chek of synth',
        remedy: expect.stringMatching(/^did you mean --check\? .*`npm run synth -- --help`/),
      },
    });
    expect(JSON.parse(run('secrets', '--output', 'json').stdout)).toMatchObject({ exitCode: 2, problem: {} });
  });
});

describe('a clone that is not complete', () => {
  const run = (...words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: clone, encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  /** Does something while a file or folder of the clone is away. */
  const without = (path: string, work: () => void): void => {
    renameSync(join(clone, path), join(clone, 'away'));
    try {
      work();
    } finally {
      rmSync(join(clone, path), { recursive: true, force: true });
      renameSync(join(clone, 'away'), join(clone, path));
    }
  };

  it('without versions.yaml says so as of any file, and what to do', () => {
    without('versions.yaml', () => {
      expect(run('scripts/synth.mjs', 'synth')).toMatchObject({
        status: 2,
        stderr: expect.stringMatching(
          /^versions\.yaml:1:1 error MG012: it does not exist; restore it from Git, or name another file with --versions$/m,
        ),
      });
      const { status, stdout } = run('scripts/synth.mjs', 'synth', '--check', '--output', 'json');
      expect({ status, ...JSON.parse(stdout) }).toMatchObject({
        status: 2,
        diagnostics: [{ code: 'MG012', position: { file: 'versions.yaml' } }],
      });
      // These need no images.
      expect(run('scripts/synth.mjs', 'secrets', 'status')).toMatchObject({ status: 1, stderr: '' });
    });
  });

  it.each(['scripts/synth.mjs', 'scripts/bundle.mjs'])('without packages names npm ci: %s', (script) => {
    without('node_modules', () => {
      expect(run(script, 'synth')).toEqual({
        status: 3,
        stdout: '',
        stderr: 'error: the packages in node_modules are missing or incomplete; run `npm ci` first\n',
      });
    });
  });

  it('with a file in the place of build/ says so in one sentence', () => {
    without('build', () => {
      writeFileSync(join(clone, 'build'), '');
      for (const script of ['scripts/synth.mjs', 'scripts/bundle.mjs']) {
        expect(run(script, 'synth')).toMatchObject({
          status: 3,
          stderr: expect.stringMatching(/^error: cannot write build\/bin: [^\n]*; move (?:it|that) away\n$/),
        });
      }
    });
  });
});
