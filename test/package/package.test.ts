import { statSync } from 'node:fs';
import { describe, expect, inject, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { EXAMPLES } from '../stacks.ts';
import { texts } from './folders.ts';

describe('the packed package', () => {
  const paths = (): string[] => Object.keys(texts(inject('unpacked')));
  /** All that runs. */
  const scripts = (): string =>
    Object.entries(texts(inject('unpacked')))
      .filter(([path]) => path.startsWith('build/bin/'))
      .map(([, text]) => text)
      .join('\n');

  test('holds what it says and nothing of how it is made', () => {
    const others = paths().filter((path) => !/^(?:build\/lib\/|docs\/reference\/)/.test(path));
    expect(others).toEqual([
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'build/THIRD-PARTY.md',
      'build/bin/cli.bundle.cjs',
      'build/bin/matrix-gitops.cjs',
      'docs/branding.md',
      'docs/call-namespace.md',
      'docs/calls-behind-firewalls.md',
      'docs/choosing-a-door.md',
      'docs/continuity.md',
      'docs/corrections.md',
      'docs/coverage.md',
      'docs/entrances.md',
      'docs/files.md',
      'docs/first-day.md',
      'docs/jitsi.md',
      'docs/own-manifests.md',
      'docs/releasing.md',
      'docs/secrets.md',
      'docs/traefik.md',
      'docs/troubleshooting.md',
      'docs/turn.md',
      'imports/README.md',
      'package.json',
      'stack.schema.json',
      'versions.yaml',
    ]);
    expect(paths().filter((path) => /test|fixture|\.map$|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  // It grows with each system, and is downloaded once: what this finds is a package that came in whole.
  test('is small', () => {
    expect(statSync(inject('tarball')).size).toBeLessThan(1_500_000);
  });

  test('brings every file that package.json promises', () => {
    const { bin, exports, types } = packageJson;
    const promised = [
      bin['matrix-gitops'],
      types,
      ...Object.values(exports).flatMap((it) => Object.values(typeof it === 'string' ? [it] : it)),
    ];
    for (const path of promised) expect(paths()).toContain(path.replace(/^\.\//, ''));
  });

  test('names the licence of every package in the bundle', () => {
    const { 'build/THIRD-PARTY.md': notices = '' } = texts(inject('unpacked'));
    const bundled = [
      ...scripts().matchAll(/^ *\/\/ node_modules\/(?:.*node_modules\/)?((?:@[^/]+\/)?[^/]+)\//gm),
    ].map(([, name = '']) => name);
    expect(new Set(bundled)).toContain('cdk8s');
    const headings = notices
      .split('\n')
      .filter((line) => line.startsWith('## '))
      .join('\n');
    for (const name of new Set(bundled)) expect(headings).toMatch(new RegExp(`(?:## |, )${name} \\d`));
  });

  test('carries of cdk8s-plus-28 the plain classes only', () => {
    const files = [...scripts().matchAll(/^ *\/\/ node_modules\/cdk8s-plus-28\/(.*)$/gm)].map(
      ([, file]) => file,
    );
    expect(files).toEqual(['lib/imports/k8s.js']);
    expect(scripts()).toContain('class KubeDeployment');
    expect(scripts()).not.toContain('class KubeCronJob');
  });

  test('names no folder of the machine that made it', () => {
    for (const [path, text] of Object.entries(texts(inject('unpacked')))) {
      expect(text.includes(process.cwd()), path).toBe(false);
    }
  });
});

// Whoever changes an example would have `new` leave it where it is.
test('the examples that new removes are those that this repository comes with', () => {
  expect(texts('stacks')).toEqual(texts(EXAMPLES));
});
