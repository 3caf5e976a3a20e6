import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder, install } from './folders.ts';

/** A repository of somebody who has installed the package, with one stack file that names no schema. */
function repository(): string {
  const folder = emptyFolder();
  writeFileSync(
    join(folder, 'package.json'),
    '{"private": true, "scripts": {"render": "matrix-gitops synth"}}\n',
  );
  install(folder);
  cpSync('test/fixtures/stacks/minimal.yaml', join(folder, 'stacks/minimal.yaml'), { recursive: true });
  const text = readFileSync(join(folder, 'stacks/minimal.yaml'), 'utf8');
  writeFileSync(join(folder, 'stacks/minimal.yaml'), text.replace(/^# yaml-language-server.*\n/, ''));
  return folder;
}

/** Runs a command of a shell, with no way to a registry. */
function shell(cwd: string, command: string) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd,
    env: { ...env, npm_config_registry: 'http://localhost:9', npm_config_update_notifier: 'false' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('a command that a message prints works where it is printed, and asks no registry', () => {
  const cwd = repository();
  const { status, stdout } = shell(cwd, 'npx --no-install matrix-gitops synth');
  expect(status).toBe(0);
  const [, command = ''] = /run `(npx --no-install matrix-gitops secrets create .*)`/.exec(stdout) ?? [];
  expect(command).toBe('npx --no-install matrix-gitops secrets create --stack minimal');
  expect(shell(cwd, `${command} --help`)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Usage: matrix-gitops secrets create'),
  });
});

test('the schema is named by a path that is there', () => {
  const cwd = repository();
  const { stdout } = shell(cwd, 'npx --no-install matrix-gitops synth');
  const [, path = ''] = /begin it with the line: # yaml-language-server: \$schema=(.*)\n/.exec(stdout) ?? [];
  expect(path).toBe('../node_modules/@matrix-gitops/matrix-gitops/stack.schema.json');
  expect(existsSync(join(cwd, 'stacks', path))).toBe(true);
  // Once only.
  expect(stdout.split('yaml-language-server')).toHaveLength(2);
});

test('new begins a repository, and names places that are there', () => {
  const cwd = repository();
  rmSync(join(cwd, 'stacks'), { recursive: true });
  const { status, stdout } = shell(cwd, 'npx --no-install matrix-gitops new chat example.org');
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(
      /^wrote stacks\/chat\.yaml\nnext: .*`npx --no-install matrix-gitops synth`.*\n$/,
    ),
  });
  const text = readFileSync(join(cwd, 'stacks/chat.yaml'), 'utf8');
  const places = [...text.matchAll(/\.\.\/[\w.@/-]+\.(?:json|md)/g)].map(([place]) => place);
  expect(places).toHaveLength(2);
  for (const place of places) expect(existsSync(join(cwd, 'stacks', place)), place).toBe(true);
  expect(shell(cwd, 'npx --no-install matrix-gitops synth')).toMatchObject({ status: 0, stderr: '' });
});

test('reference writes nothing into the repository', () => {
  const cwd = repository();
  const before = readdirSync(cwd);
  const { status, stderr } = shell(cwd, 'npx --no-install matrix-gitops reference');
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining('`npx --no-install matrix-gitops reference --out FOLDER`'),
  });
  expect(readdirSync(cwd)).toEqual(before);
  expect(shell(cwd, 'npx --no-install matrix-gitops reference --out elsewhere').status).toBe(0);
  expect(existsSync(join(cwd, 'elsewhere/stack.schema.json'))).toBe(true);
});

test('an option that npm keeps is noticed in a script of any name', () => {
  const cwd = repository();
  const { status, stderr } = shell(cwd, 'npm run render --check');
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining('`npm run render -- --check`'),
  });
  expect(existsSync(join(cwd, 'dist'))).toBe(false);
  expect(shell(cwd, 'npm exec --no matrix-gitops synth --check').stderr).toContain(
    '`npx --no-install -- matrix-gitops synth --check`',
  );
  expect(shell(cwd, 'npx --no-install -- matrix-gitops synth --check').status).toBe(1);
});
