import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { loadAll } from 'js-yaml';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyFolder, install, texts } from './folders.ts';

const STRICT = {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    // The types of the package are checked too.
    skipLibCheck: false,
    types: ['node'],
  },
};

/** A folder of somebody who has installed the packed package and its peers, with one stack file. */
function folderWithPackage(): string {
  const folder = emptyFolder();
  const { dependencies, peerDependencies } = packageJson;
  install(folder, [...Object.keys({ ...dependencies, ...peerDependencies }), '@types/node']);
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(STRICT));
  mkdirSync(join(folder, 'stacks'));
  cpSync('test/fixtures/stacks/app-matrix.yaml', join(folder, 'stacks/matrix.yaml'));
  return folder;
}

/** The example, with a base that its stack file extends. */
function ownApp(): string {
  const folder = folderWithPackage();
  cpSync('examples/own-app', folder, { recursive: true });
  cpSync('versions.yaml', join(folder, 'versions.yaml'));
  mkdirSync(join(folder, 'stacks/shared'));
  writeFileSync(join(folder, 'stacks/shared/base.yaml'), 'namespace: from-base\n');
  const stack = join(folder, 'stacks/matrix.yaml');
  writeFileSync(stack, `extends: shared/base.yaml\n${readFileSync(stack, 'utf8')}`);
  return folder;
}

/** Checks the types of a program and runs it. */
function run(cwd: string): void {
  const compiler = 'node_modules/typescript/bin/tsc';
  try {
    execFileSync(process.execPath, [compiler, '--project', cwd], { encoding: 'utf8' });
  } catch (error) {
    throw error instanceof Error && 'stdout' in error ? new Error(String(error.stdout)) : error;
  }
  const out = `--outfile=${join(cwd, 'main.js')}`;
  execFileSync('node_modules/.bin/esbuild', [join(cwd, 'main.ts'), out, '--format=esm', '--log-level=error']);
  execFileSync(process.execPath, ['main.js'], { cwd, stdio: 'pipe' });
}

test('the example fits the types, and renders the stack in its own app and as files', () => {
  const cwd = ownApp();
  run(cwd);
  const { 'dist/extras.k8s.yaml': extras = '', 'dist/matrix.k8s.yaml': chart = '', ...rest } = texts(cwd);
  expect(loadAll(extras)).toMatchObject([{ kind: 'ResourceQuota', metadata: { namespace: 'from-base' } }]);
  expect(loadAll(chart).length).toBeGreaterThan(30);
  expect(Object.keys(rest).some((path) => path.startsWith('rendered/matrix/components/'))).toBe(true);
  expect(rest['rendered/matrix/data/cnpg-cluster.yaml']).toContain('namespace: from-base');
});

describe('the README', () => {
  const [snippet = ''] = /(?<=\*\*As a library\*\*.*\n\n```ts\n)[\s\S]*?(?=```)/.exec(
    readFileSync('README.md', 'utf8'),
  ) ?? [''];

  test('shows a program that fits the types, and runs as it is written', () => {
    const cwd = folderWithPackage();
    writeFileSync(
      join(cwd, 'main.ts'),
      `${snippet}\nif (files.size < 30) throw new Error('too few files');\n`,
    );
    run(cwd);
    expect(loadAll(texts(cwd)['dist/matrix.k8s.yaml'] ?? '').length).toBeGreaterThan(30);
  });

  test('shows a program that says what is wrong', () => {
    const cwd = folderWithPackage();
    writeFileSync(join(cwd, 'main.ts'), snippet);
    writeFileSync(join(cwd, 'stacks/matrix.yaml'), 'schema: 1\n');
    expect(() => run(cwd)).toThrow(/stacks\/matrix\.yaml:1:1 MG003: "serverName" is missing/);
  });
});

test('what is unstable takes the stacks of the rest', () => {
  const cwd = folderWithPackage();
  writeFileSync(
    join(cwd, 'main.ts'),
    `import { readFileSync } from 'node:fs';
import { load } from '@matrix-gitops/matrix-gitops';
import { chartStack, resolved, type ResolvedStack } from '@matrix-gitops/matrix-gitops/unstable';
const file = 'stacks/matrix.yaml';
const { stack } = load({ file, texts: { [file]: readFileSync(file) } });
if (stack === undefined) throw new Error('not loaded');
const inner: ResolvedStack = resolved(stack);
if (chartStack(inner).length < 10 || inner.serverName !== stack.serverName) throw new Error('not the same');
`,
  );
  run(cwd);
});

test('a stack can be made by load only', () => {
  const cwd = folderWithPackage();
  const fake = "{ name: 'x', namespace: 'x', serverName: 'x', file: 'x' }";
  writeFileSync(
    join(cwd, 'main.ts'),
    `import { render, type Stack } from '@matrix-gitops/matrix-gitops';\nconst stack: Stack = ${fake};\nrender(stack);\n`,
  );
  expect(() => run(cwd)).toThrow(/Property '#private' is missing/);
});

test('publint finds nothing to object to', async () => {
  const { messages, pkg } = await publint({ pkgDir: inject('unpacked'), pack: false, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('the types are right for everybody who can import the package', async () => {
  const tarball = createPackageFromTarballData(new Uint8Array(readFileSync(inject('tarball'))));
  const analysis = await checkPackage(tarball, { excludeEntrypoints: ['./versions.yaml'] });
  if (analysis.types === false) throw new Error('no types');
  // The oldest way to resolve modules knows no `exports`, and what is no ES module loads one by import() only.
  const wrong = analysis.problems.filter(
    (one) => !('resolutionKind' in one && ['node10', 'node16-cjs'].includes(one.resolutionKind)),
  );
  expect(wrong).toEqual([]);
});
