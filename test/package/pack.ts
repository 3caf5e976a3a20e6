import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The packed package. */
    tarball: string;
    /** What is in it, unpacked. */
    unpacked: string;
  }
}

/** Packs the package as `npm publish` would, once for all tests. */
export default function pack(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'matrix-gitops-package-'));
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { encoding: 'utf8' });
  const tarball = join(folder, name.trim().split('\n').at(-1) ?? '');
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  execFileSync('tar', [
    '--extract',
    '--gzip',
    '--file',
    tarball,
    '--directory',
    unpacked,
    '--strip-components=1',
  ]);
  project.provide('tarball', tarball);
  project.provide('unpacked', unpacked);
  return () => rmSync(folder, { recursive: true, force: true });
}
