import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A file that this package brings, such as the default versions.yaml: from the sources as well as from the bundle.
 *
 * @param name path from the top of the package
 * @throws when the program was taken out of its package
 */
export function packagedFile(name: string): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, name);
    if (folder === dirname(folder)) throw new Error(`no package.json above ${start}`);
  }
}
