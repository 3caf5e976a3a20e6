import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };

/** An empty folder, gone after the test. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'matrix-gitops-user-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Installs the packed package as npm does, and links packages of this checkout beside it. */
export function install(folder: string, beside: readonly string[] = []): void {
  const modules = join(folder, 'node_modules');
  cpSync(inject('unpacked'), join(modules, packageJson.name), { recursive: true });
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(`../${packageJson.name}/build/bin/matrix-gitops.cjs`, join(modules, '.bin/matrix-gitops'));
  for (const name of beside) {
    mkdirSync(join(modules, name, '..'), { recursive: true });
    symlinkSync(join(process.cwd(), 'node_modules', name), join(modules, name));
  }
}

/** Every file below a folder, by path with forward slashes. */
export function texts(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  const entries = files.map(({ parentPath, name }) => {
    const file = join(parentPath, name);
    return [relative(folder, file).split(sep).join('/'), readFileSync(file, 'utf8')] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
