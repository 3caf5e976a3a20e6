import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyFolder, install, texts } from './folders.ts';

/** The example, with the packed package and its peers installed. */
function ownApp(): string {
  const folder = emptyFolder();
  cpSync('examples/own-app', folder, { recursive: true });
  const { dependencies, peerDependencies } = packageJson;
  install(folder, [...Object.keys({ ...dependencies, ...peerDependencies }), '@types/node']);
  mkdirSync(join(folder, 'stacks'));
  cpSync('stacks/app-matrix.yaml', join(folder, 'stacks/matrix.yaml'));
  cpSync('versions.yaml', join(folder, 'versions.yaml'));
  return folder;
}

test('the example fits the types of the package', () => {
  const cwd = ownApp();
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', cwd], { stdio: 'pipe' });
});

test('the example renders the stack, in its own app and as files', () => {
  const cwd = ownApp();
  execFileSync('node_modules/.bin/esbuild', [
    join(cwd, 'main.ts'),
    `--outfile=${join(cwd, 'main.js')}`,
    '--format=esm',
    '--log-level=error',
  ]);
  execFileSync(process.execPath, ['main.js'], { cwd, stdio: 'pipe' });

  // The name of a stack is that of its file.
  const rename = (text: string): string => text.replaceAll('stacks/matrix.yaml', 'stacks/app-matrix.yaml');
  const { 'dist/extras.k8s.yaml': extras = '', 'dist/matrix.k8s.yaml': chart = '', ...rest } = texts(cwd);
  expect(loadAll(extras)).toMatchObject([{ kind: 'ResourceQuota' }]);
  expect(loadAll(chart).length).toBeGreaterThan(30);
  expect(Object.keys(rest).some((path) => path.startsWith('rendered/matrix/components/'))).toBe(true);
  const rendered = rename(readFileSync(join(cwd, 'rendered/matrix/data/cnpg-cluster.yaml'), 'utf8'));
  expect(rendered.replaceAll(/\bmatrix\//g, 'app-matrix/')).toContain('kind: Cluster');
});
