import { execFile, execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { copyCheckout } from '../checkout.ts';
import { emptyFolder } from './folders.ts';

const CLI = 'src/cli/cli.ts';
const SYNTH = ['scripts/synth.mjs', '--help'];

function help(cwd: string): string {
  return execFileSync(process.execPath, SYNTH, { cwd, encoding: 'utf8' });
}

/** Until what was written now can no longer change within the same tick of a file's time. */
function nextTick(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
}

describe('npm run synth', () => {
  test('runs the sources as they are now', () => {
    const cwd = copyCheckout(emptyFolder());
    const text = readFileSync(join(cwd, CLI), 'utf8');
    expect(help(cwd)).toContain('Renders Matrix stacks');
    for (const words of ['Changed once,', 'Changed twice', 'Renders Matrix']) {
      writeFileSync(join(cwd, CLI), text.replace('Renders Matrix', words));
      expect(help(cwd)).toContain(`${words} stacks`);
      expect(help(cwd)).toContain(`${words} stacks`);
    }
  });

  test('runs the packages as they are now', () => {
    const cwd = copyCheckout(emptyFolder());
    const commander = join(cwd, 'node_modules/commander');
    rmSync(commander);
    cpSync('node_modules/commander', commander, { recursive: true });
    const file = join(commander, 'lib/help.js');
    const text = readFileSync(file, 'utf8');
    expect(help(cwd)).toContain('Usage: matrix-gitops');
    for (const word of ['Once:', 'Twice:', 'Usage:']) {
      writeFileSync(file, text.replace("styleTitle('Usage:')", `styleTitle('${word}')`));
      expect(help(cwd)).toContain(`${word} matrix-gitops`);
      expect(help(cwd)).toContain(`${word} matrix-gitops`);
    }
  });

  test('has what the sources newly use of packages and of imports/', () => {
    const cwd = copyCheckout(emptyFolder());
    const text = readFileSync(join(cwd, CLI), 'utf8');
    for (const [code, printed] of [
      [
        "import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js'; console.log(k8s.KubeCronJob.GVK.kind);",
        'CronJob',
      ],
      [
        "import * as traefik from '../../imports/traefik.io.ts'; console.log(traefik.Middleware.name);",
        'Middleware',
      ],
      ["import * as z from 'zod'; console.log(z.bigint().safeParse(1n).success);", 'true'],
      ["import yaml from 'yaml'; console.log(yaml.stringify({ now: 'here' }));", 'now: here'],
      ["void import('age-encryption').then((age) => console.log(Object.keys(age)));", 'Encrypter'],
    ] as const) {
      writeFileSync(join(cwd, CLI), `${text}\n${code}\n`);
      expect(help(cwd), code).toContain(printed);
    }
  });

  test('takes no more of the classes of kinds than is used', () => {
    const cwd = copyCheckout(emptyFolder());
    help(cwd);
    const bundle = readFileSync(join(cwd, 'build/bin/cli.bundle.cjs'), 'utf8');
    expect(bundle).toContain('KubeDeployment');
    expect(bundle).not.toContain('KubeDeploymentList');
  });

  test('keeps the bundle, and so its compiled code, when a change means nothing to it', () => {
    const cwd = copyCheckout(emptyFolder());
    const state = (): number => statSync(join(cwd, 'build/bin/cli.bundle.cjs')).mtimeMs;
    help(cwd);
    const before = state();
    writeFileSync(join(cwd, CLI), `${readFileSync(join(cwd, CLI), 'utf8')}// A comment.\n`);
    help(cwd);
    expect(state()).toBe(before);
  });

  test('bundles nothing again when nothing has changed', () => {
    const cwd = copyCheckout(emptyFolder());
    const state = (): number[] =>
      ['cli.bundle.cjs', 'inputs.json'].map((name) => statSync(join(cwd, 'build/bin', name)).mtimeMs);
    nextTick();
    help(cwd);
    const before = state();
    help(cwd);
    expect(state()).toEqual(before);
  });

  test('runs no bundle that it did not write, and does without what is missing', () => {
    const cwd = copyCheckout(emptyFolder());
    const bin = join(cwd, 'build/bin');
    nextTick();
    help(cwd);
    for (const name of readdirSync(bin).filter((it) => it.endsWith('.cjs'))) {
      const file = join(bin, name);
      const text = readFileSync(file, 'utf8');
      writeFileSync(file, 'process.exit(1);');
      expect(help(cwd), name).toContain('Renders Matrix stacks');
      expect(readFileSync(file, 'utf8')).toBe(text);
      rmSync(file);
      expect(help(cwd), name).toContain('Renders Matrix stacks');
    }
  });

  test('can run several times at once after a change', async () => {
    const cwd = copyCheckout(emptyFolder());
    const text = readFileSync(join(cwd, CLI), 'utf8');
    for (const [index, kind] of ['KubeCronJob', 'KubeJob', 'KubeDaemonSet'].entries()) {
      const change = `import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js'; console.log(k8s.${kind}.GVK.kind, ${index});`;
      writeFileSync(join(cwd, CLI), `${text}\n${change}\n`);
      const runs = [1, 2, 3].map(() => promisify(execFile)(process.execPath, SYNTH, { cwd }));
      for (const { stdout } of await Promise.all(runs)) {
        expect(stdout).toContain(`${kind.replace('Kube', '')} ${index}`);
      }
    }
    // Nothing half-written stays.
    expect(readdirSync(join(cwd, 'build/bin')).filter((it) => it.endsWith('.tmp'))).toEqual([]);
  });
});
