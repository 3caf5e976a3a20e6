/**
 * The library: build/lib/index.js and unstable.js with their types. What it needs comes from node_modules of those who
 * import it.
 *
 *   node scripts/library.mjs
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { writeDeclarations } from './declarations.mjs';
import { dataAsText, top } from './plugins.mjs';

const lib = join(top, 'build/lib');

rmSync(lib, { recursive: true, force: true });
await build({
  absWorkingDir: top,
  entryPoints: ['index.ts', 'unstable.ts'],
  bundle: true,
  // A stack of one entry is a stack for the other.
  splitting: true,
  chunkNames: 'shared-[hash]',
  packages: 'external',
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  outdir: lib,
  plugins: [dataAsText],
  logLevel: 'warning',
});
writeDeclarations(lib);
