/**
 * The command line as one script with everything it needs inside: what people install, and what `npm run synth` runs.
 *
 *   node scripts/bundle.mjs      writes build/bin
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataAsText, onlyConnections, onlyOnce, plainClasses, rarelyNeeded, top } from './plugins.mjs';
import { told } from './trouble.mjs';

/** `import` would read all of its code once more to find its exports. */
const esbuild = await told(() => createRequire(import.meta.url)('esbuild'));
const bin = join(top, 'build/bin');

const shared = {
  absWorkingDir: top,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  write: false,
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * Bundles the command line into build/bin:
 * - `cli.bundle.cjs`: our sources and what they use of packages
 * - `matrix-gitops.cjs`: what is started; runs the other from a code cache (launcher/)
 *
 * @returns `inputs`, the files that went in, and `outputs`, those that came out, from the top of the repository
 */
export async function bundleCommandLine() {
  const [program, launcher] = await Promise.all([
    build({
      ...shared,
      metafile: true,
      entryPoints: ['src/cli/cli.ts'],
      format: 'cjs',
      outfile: 'cli.bundle.cjs',
      define: { 'import.meta.url': 'bundleUrl' },
      // The directive counts only at the top.
      banner: { js: '"use strict"; const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
      plugins: [rarelyNeeded, onlyOnce, onlyConnections, plainClasses, dataAsText],
    }),
    build({
      ...shared,
      metafile: true,
      entryPoints: ['scripts/launcher/launch.ts'],
      format: 'cjs',
      outfile: 'matrix-gitops.cjs',
    }),
  ]);
  // In front of it: what the launcher tells apart builds by.
  const script = asAscii(textOf(program).replace(/^#!.*\n/, ''));
  const outputs = [
    write('cli.bundle.cjs', `// ${hashOf(script)}\n${script}`),
    write('matrix-gitops.cjs', textOf(launcher), 0o755),
  ];
  return { inputs: [...inputsOf(program), ...inputsOf(launcher)], outputs };
}

/**
 * The launcher reads the script byte by byte. esbuild writes texts and patterns as escapes; in a tagged template it
 * cannot, since the tag may see the difference, and comments of packages it leaves as they are.
 */
function asAscii(script) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  const other = /[^\x00-\x7f]/;
  if (!other.test(script)) return script;
  const asAsciiLine = (line) => {
    const start = line.search(other);
    if (start === -1) return line;
    if (!/^\s*(?:\/\/|\/?\*)| \/\/ /.test(line.slice(0, start))) {
      throw new Error(
        `put other characters than ASCII into a tagged template as a value, \${'…'}: ${line.trim()}`,
      );
    }
    return line.replaceAll(new RegExp(other, 'g'), '?');
  };
  return script.split('\n').map(asAsciiLine).join('\n');
}

/**
 * Builds as esbuild does when it is started from a shell: a short run need not collect garbage, which takes a fifth of
 * its time. Its process starts with the first build; programs that others start know nothing of it.
 */
function build(options) {
  const { GOGC } = process.env;
  process.env.GOGC = 'off';
  try {
    return esbuild.build(options);
  } finally {
    if (GOGC === undefined) delete process.env.GOGC;
    else process.env.GOGC = GOGC;
  }
}

/** Bundles the entry of `cdk8s synth`, which finds the packages in node_modules. */
async function bundleMain() {
  const main = await build({
    ...shared,
    entryPoints: ['main.ts'],
    format: 'esm',
    packages: 'external',
    outfile: 'main.mjs',
  });
  write('main.mjs', textOf(main));
}

function textOf({ outputFiles }) {
  const [{ text }] = outputFiles;
  return text;
}

/** Files that went in; those made up in the making have a colon in their names. */
function inputsOf({ metafile }) {
  return Object.keys(metafile.inputs).filter((it) => !it.includes(':'));
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Writes a file at once, since another synth may be reading it, and only when it changes: its compiled code is kept
 * for as long as it is the same file.
 *
 * @returns its path from the top of the repository
 */
function write(name, text, mode = 0o644) {
  const file = join(bin, name);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, text, { mode });
    renameSync(temporary, file);
  }
  return `build/bin/${name}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await told(() => Promise.all([bundleCommandLine(), bundleMain()]));
}
