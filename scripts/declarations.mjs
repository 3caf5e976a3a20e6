/** The types of the library: those files of declarations that its entries lead to. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { top } from './plugins.mjs';

/** An import or export of another file, as the compiler writes it: with the name of the source. */
const REFERENCE = /(from |import\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

/** Writes the declarations of index.ts and unstable.ts, and of all that they name, into a folder. */
export function writeDeclarations(folder) {
  const compiler = join(top, 'node_modules/typescript/bin/tsc');
  const words = [compiler, '--project', 'tsconfig.lib.json', '--outDir', folder];
  execFileSync(process.execPath, words, { cwd: top, stdio: 'inherit' });
  const wanted = new Set(declarationsOf(folder, ['index.d.ts', 'unstable.d.ts']));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.d.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    // The compiler writes one for each source that it reads.
    if (!wanted.has(relative(folder, file).split(sep).join('/'))) rmSync(file);
    else writeFileSync(file, readFileSync(file, 'utf8').replaceAll(REFERENCE, '$1$2$3.js$2'));
  }
  removeEmpty(folder);
}

/** The declarations that some of them lead to, these included, in the order of their names. */
export function declarationsOf(folder, entries) {
  const found = new Set();
  const visit = (path) => {
    if (found.has(path)) return;
    found.add(path);
    const text = readFileSync(join(folder, path), 'utf8');
    for (const [, to] of text.matchAll(/(?:from |import\()['"](\.{1,2}\/[^'"]+)\.[jt]s['"]/g)) {
      visit(join(dirname(path), `${to}.d.ts`).split(sep).join('/'));
    }
  };
  for (const entry of entries) visit(entry);
  return [...found].sort();
}

function removeEmpty(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inner = join(folder, entry.name);
    removeEmpty(inner);
    if (readdirSync(inner).length === 0) rmdirSync(inner);
  }
}
