/**
 * The library: build/lib/index.js and its types. What it needs comes from node_modules of those who import it.
 *
 *   node tools/library.mjs
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { dataAsText, top } from './plugins.mjs';

const lib = join(top, 'build/lib');

rmSync(lib, { recursive: true, force: true });
await build({
  absWorkingDir: top,
  entryPoints: ['index.ts'],
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  outfile: join(lib, 'index.js'),
  plugins: [dataAsText],
  logLevel: 'warning',
});
execFileSync(
  process.execPath,
  [join(top, 'node_modules/typescript/bin/tsc'), '--project', 'tsconfig.lib.json'],
  {
    cwd: top,
    stdio: 'inherit',
  },
);
// The compiler writes imports of types as they are in the sources.
for (const entry of readdirSync(lib, { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith('.d.ts')) continue;
  const file = join(entry.parentPath, entry.name);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replaceAll(/(from |import\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g, '$1$2$3.js$2'));
}
