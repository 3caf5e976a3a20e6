import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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
