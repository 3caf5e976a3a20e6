import { execFile, execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { copyCheckout } from '../checkout.ts';
import { emptyFolder } from './folders.ts';

const CLI = 'commands/cli.ts';
const SYNTH = ['tools/synth.mjs', '--help'];

function help(cwd: string, XDG_CACHE_HOME = ''): string {
  const env = { ...process.env, ...(XDG_CACHE_HOME === '' ? {} : { XDG_CACHE_HOME }) };
  return execFileSync(process.execPath, SYNTH, { cwd, env, encoding: 'utf8' });
}

/** The script of the dependencies that is loaded: its name, and which file it is since when. */
function dependencies(cwd: string): string {
  const bin = join(cwd, 'build/bin');
  const [, name = ''] = /require\("\.\/(.*)"\)/.exec(readFileSync(join(bin, 'cli.bundle.cjs'), 'utf8')) ?? [];
  return `${name} ${statSync(join(bin, name)).ino} ${statSync(join(bin, name)).mtimeMs}`;
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
    help(cwd);
    const before = dependencies(cwd);
    for (const [code, printed] of [
      ["import { k8s } from 'cdk8s-plus-28'; console.log(k8s.KubeCronJob.GVK.kind);", 'CronJob'],
      [
        "import * as traefik from '../imports/traefik.io.ts'; console.log(traefik.Middleware.name);",
        'Middleware',
      ],
      [
        "import * as cert from '../imports/cert-manager.io.ts'; console.log(Object.keys(cert));",
        'CertificateSpec',
      ],
      ["import * as z from 'zod'; console.log(z.bigint().safeParse(1n).success);", 'true'],
      ["import * as z from 'zod'; const all = z; console.log(all.bigint().safeParse(1n).success);", 'true'],
      ["import yaml from 'yaml'; console.log(yaml.stringify({ now: 'here' }));", 'now: here'],
      ["console.log(Object.keys(await import('age-encryption')));", 'Encrypter'],
    ] as const) {
      writeFileSync(join(cwd, CLI), `${text}\n${code}\n`);
      expect(help(cwd), code).toContain(printed);
      // What takes long to bundle stays for another class of Kubernetes' kinds.
      if (code.includes('k8s') || code.includes('imports/')) expect(dependencies(cwd)).toBe(before);
      else expect(dependencies(cwd)).not.toBe(before);
    }
    writeFileSync(join(cwd, CLI), text);
    help(cwd);
    expect(dependencies(cwd).split(' ')[0]).toBe(before.split(' ')[0]);
  });

  test('bundles and compiles the dependencies again only when they change', () => {
    const cwd = copyCheckout(emptyFolder());
    const cache = emptyFolder();
    const text = readFileSync(join(cwd, CLI), 'utf8');
    nextTick();
    help(cwd, cache);
    const before = dependencies(cwd);
    for (const words of ['Changed once,', 'Changed twice']) {
      writeFileSync(join(cwd, CLI), text.replace('Renders Matrix', words));
      expect(help(cwd, cache)).toContain(`${words} stacks`);
      expect(dependencies(cwd)).toBe(before);
    }
    if (!process.version.startsWith('v20.')) return;
    const kept = readdirSync(join(cache, 'matrix-gitops')).map((name) => name.replace(/-.*/, ''));
    expect(kept.sort()).toEqual(['cli', 'cli', 'cli', 'dependencies']);
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
      const change = `import { k8s } from 'cdk8s-plus-28'; console.log(k8s.${kind}.GVK.kind, ${index});`;
      writeFileSync(join(cwd, CLI), `${text}\n${change}\n`);
      const runs = [1, 2, 3].map(() => promisify(execFile)(process.execPath, SYNTH, { cwd }));
      for (const { stdout } of await Promise.all(runs)) {
        expect(stdout).toContain(`${kind.replace('Kube', '')} ${index}`);
      }
    }
    // Those that another run may be about to load stay, and no more.
    const scripts = readdirSync(join(cwd, 'build/bin'));
    expect(scripts.filter((it) => it.startsWith('kinds-'))).toHaveLength(2);
    expect(scripts.filter((it) => it.startsWith('dependencies-'))).toHaveLength(1);
  });
});
