import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Copies the checkout as it is into an empty folder, with the same packages, nothing built and nothing rendered. */
export function copyCheckout(folder: string): string {
  const left = new Set(['node_modules', 'build', 'dist', '.git', 'test']);
  cpSync('.', folder, { recursive: true, filter: (from) => !left.has(relative('.', from)) });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync('node_modules')) {
    symlinkSync(join(process.cwd(), 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}
