import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { emptyFolder } from './folders.ts';

/** A copy of the checkout as it is, with the same packages and nothing built. */
function checkout(): string {
  const folder = emptyFolder();
  const left = new Set(['node_modules', 'build', 'dist', '.git', 'test']);
  cpSync('.', folder, { recursive: true, filter: (from) => !left.has(relative('.', from)) });
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

test('npm run synth runs the sources as they are now', () => {
  const cwd = checkout();
  const help = (): string =>
    execFileSync(process.execPath, ['tools/synth.mjs', '--help'], { cwd, encoding: 'utf8' });
  const file = join(cwd, 'commands/cli.ts');
  const text = readFileSync(file, 'utf8');
  expect(help()).toContain('Renders Matrix stacks');
  for (const words of ['Changed once,', 'Changed twice', 'Renders Matrix']) {
    writeFileSync(file, text.replace('Renders Matrix', words));
    expect(help()).toContain(`${words} stacks`);
    expect(help()).toContain(`${words} stacks`);
  }
});

test('npm run synth does not bundle again what has not changed', () => {
  const cwd = checkout();
  const bundle = join(cwd, 'build/bin/cli.bundle.cjs');
  const run = (): void => {
    execFileSync(process.execPath, ['tools/synth.mjs', '--help'], { cwd });
  };
  run();
  // What was copied a moment ago could change again within the same tick of a file's time.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
  run();
  const text = readFileSync(bundle, 'utf8');
  writeFileSync(bundle, text.replace('Renders Matrix', 'Not bundled now'));
  expect(execFileSync(process.execPath, ['tools/synth.mjs', '--help'], { cwd, encoding: 'utf8' })).toContain(
    'Not bundled now',
  );
});
