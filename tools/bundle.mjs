/**
 * The command line as two scripts with everything they need inside: what people install, and what `npm run synth`
 * runs. Most changes of our own sources leave the script of the dependencies as it is, and its compiled code.
 *
 *   node tools/bundle.mjs      writes build/bin
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeImports } from './imports.mjs';
import {
  dataAsText,
  membersOf,
  onlyConnections,
  onlyOnce,
  PLAIN_CLASSES,
  plainClasses,
  rarelyNeeded,
  top,
} from './plugins.mjs';

/** `import` would read all of its code once more to find its exports. */
const esbuild = createRequire(import.meta.url)('esbuild');
const bin = join(top, 'build/bin');

const shared = {
  absWorkingDir: top,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  write: false,
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * Bundles the command line into build/bin:
 * - `dependencies-<hash>.cjs`: what our sources use of packages, and no more
 * - `cli.bundle.cjs`: our sources, as a script whose value `run` says when it has ended. It names its dependencies by
 *   their hash, so that no others can be loaded with it
 * - `kinds-<hash>.js`: the classes of Kubernetes' kinds that our sources use, and imports/, all of which is in
 *   `cli.bundle.cjs` too: kept apart for the next time, since charts come to use another class more often than
 *   anything else of a package, and the dependencies take long to bundle
 * - `matrix-gitops.cjs`: what is started; runs the scripts from a code cache (launcher/)
 * - `commands/cli.mjs`: the same, for those who know it by this name
 *
 * @param known `dependencies` and `kinds` that an earlier call returned, each if none of its files has changed
 * @returns of the dependencies, the kinds and our own sources, each: `inputs`, the files that went in, and `outputs`,
 *   those that came out, from the top of the repository
 */
export async function bundleCommandLine(known) {
  const [sources, launcher] = await Promise.all([
    build({
      ...shared,
      entryPoints: ['commands/cli.ts'],
      format: 'esm',
      outfile: 'cli.bundle.cjs',
      packages: 'external',
      external: ['./imports/*'],
      define: { 'import.meta.url': 'bundleUrl' },
      plugins: [rarelyNeeded],
    }),
    build({ ...shared, entryPoints: ['launcher/launch.ts'], format: 'cjs', outfile: 'matrix-gitops.cjs' }),
  ]);
  const { head, body, paths, entries } = takeImports(
    withPlainClasses(textOf(sources).replace(/^#!.*/, '')),
    (path) => (isOfKinds(path) ? 'kinds' : 'dependencies'),
    NEEDED_BY_KINDS,
  );
  const [{ imports }] = Object.values(sources.metafile.outputs);
  if (paths.length !== imports.length || /^(?:import|export) /m.test(body)) {
    throw new Error('the bundle has an import or export of a shape that tools/imports.mjs does not know');
  }
  const dependencies = await unlessKnown(known?.dependencies, entries.dependencies, bundleDependencies);
  const kinds = await unlessKnown(known?.kinds, entries.kinds, bundleKinds);
  const script = [
    'const bundleUrl = require("node:url").pathToFileURL(__filename).href;',
    `const { dependencies } = require("./${dependencies.script}");`,
    readFileSync(join(bin, kinds.script), 'utf8'),
    head,
    `exports.run = (async () => {${body}})();\n`,
  ].join('\n');
  refuseOtherThanAscii(script);
  const outputs = [
    write('cli.bundle.cjs', `// ${hashOf(script)}\n${script}`),
    write('matrix-gitops.cjs', textOf(launcher), 0o755),
    write('commands/cli.mjs', "#!/usr/bin/env node\nimport '../matrix-gitops.cjs';\n", 0o755),
  ];
  return { dependencies, kinds, sources: { inputs: [...inputsOf(sources), ...inputsOf(launcher)], outputs } };
}

/**
 * The launcher reads scripts byte by byte. esbuild writes texts and patterns as escapes; in a tagged template it cannot,
 * since the tag may see the difference.
 */
function refuseOtherThanAscii(script) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  const other = /[^\x00-\x7f]/;
  if (!other.test(script)) return;
  const line = script.split('\n').find((one) => other.test(one)) ?? '';
  throw new Error(
    `put other characters than ASCII into a tagged template as a value, \${'…'}: ${line.trim()}`,
  );
}

/** Whether a path leads to classes of kinds: those of Kubernetes, or those of imports/. */
function isOfKinds(path) {
  return path === PLAIN_CLASSES || path.startsWith('./imports/');
}

/** What the classes of kinds use of packages. */
const NEEDED_BY_KINDS = { cdk8s: ['ApiObject'] };

async function unlessKnown(known, entry, bundle) {
  return known?.entry === entry ? known : await bundle(entry);
}

/** A script of its own, which exports `dependencies`. */
function bundleDependencies(entry) {
  const options = { format: 'cjs', outfile: '.cjs', plugins: [rarelyNeeded, onlyOnce, onlyConnections] };
  return bundlePart('dependencies', entry, options);
}

/** Lines that take `dependencies` and give `kinds`. */
function bundleKinds(entry) {
  const plugins = [plainClasses, dataAsText, membersOf('dependencies', NEEDED_BY_KINDS)];
  const footer = { js: 'const { kinds } = kindsModule;' };
  return bundlePart('kinds', entry, {
    format: 'iife',
    globalName: 'kindsModule',
    outfile: '.js',
    plugins,
    footer,
  });
}

async function bundlePart(name, entry, options) {
  const result = await build({
    ...shared,
    stdin: { contents: entry, resolveDir: top, sourcefile: `made-up:${name}.mjs` },
    ...options,
  });
  const hash = hashOf(textOf(result));
  const script = `${name}-${hash.slice(0, 16)}${options.outfile}`;
  const output = write(script, `// ${hash}\n${textOf(result)}`);
  return { entry, script, inputs: inputsOf(result), outputs: [output] };
}

/**
 * Removes what earlier bundles made for the same purpose.
 *
 * @param kept how many of them stay, the newest: a synth that runs now may be about to load them
 */
export function removeOld({ script }, kept) {
  const purpose = script.slice(0, script.indexOf('-') + 1);
  const others = readdirSync(bin)
    .filter((name) => name.startsWith(purpose) && /js$/.test(name) && name !== script)
    // Another process may have removed it by now.
    .map((name) => ({ name, time: statSync(join(bin, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.time - a.time);
  for (const { name } of others.slice(kept)) rmSync(join(bin, name), { force: true });
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

/** The plain classes, which our sources know by the name that they have for TypeScript, by their own. */
function withPlainClasses(code) {
  return code.replaceAll(
    /^import \{ k8s(?: as ([\w$]+))? \} from "cdk8s-plus-28";$/gm,
    (_, name = 'k8s') => `import * as ${name} from "${PLAIN_CLASSES}";`,
  );
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
  const [{ dependencies, kinds }] = await Promise.all([bundleCommandLine(), bundleMain()]);
  for (const script of [dependencies, kinds]) removeOld(script, 0);
}
