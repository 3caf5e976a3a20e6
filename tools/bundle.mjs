/**
 * The command line as one file with everything it needs inside: what people install, and what `npm run synth` runs.
 *
 *   node tools/bundle.mjs      writes build/bin
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export const top = fileURLToPath(new URL('..', import.meta.url));
export const bin = join(top, 'build/bin');

const builtins = new Set(builtinModules);
const named = (path) => path.replace(/^node:/, '');

/** Modules of Node.js that take longer to load than most runs take to need them. */
const rarelyNeeded = new Set(['child_process', 'net', 'timers/promises']);

/**
 * Node's own modules, taken without `import`, so that the whole file can stand in a function: only a plain script
 * can be compiled from V8's code cache.
 */
const nodeModules = {
  name: 'node-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?[a-z_]+(?:\/[a-z_]+)?$/ }, ({ path }) =>
      builtins.has(named(path)) ? { path: named(path), namespace: 'node' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'node' }, async ({ path }) => {
      const load = `process.getBuiltinModule('node:${path}')`;
      if (!rarelyNeeded.has(path)) return { contents: `module.exports = ${load};` };
      const names = Object.keys(await import(`node:${path}`)).filter((name) => name !== 'default');
      const members = names.map((name) => `get ${name}() { return ${load}.${name}; }`);
      return { contents: `module.exports = { ${members.join(', ')} };` };
    });
  },
};

/**
 * Of cdk8s-plus-28, only the plain classes of Kubernetes' kinds, and of these only what is used: loading the rest
 * takes longer than rendering. The file is generated and of one shape, so that little has to change in it
 * for the bundler to see what is used.
 */
const plainClasses = {
  name: 'plain-classes',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\](?:charts|constructs)[/\\].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /^import (type )?\{ k8s \} from 'cdk8s-plus-28';$/m,
        "import $1* as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';",
      ),
      loader: 'ts',
    }));
    onLoad({ filter: /cdk8s-plus-28[/\\]lib[/\\]imports[/\\]k8s\.js$/ }, ({ path }) => ({
      contents: asModule(readFileSync(path, 'utf8')),
    }));
  },
};

/** The same code as a module with named exports, its classes marked as doing nothing until they are used. */
function asModule(script) {
  const names = [];
  const code = script
    .slice(0, script.indexOf('//# sourceMappingURL='))
    .replace('const cdk8s_1 = require("cdk8s");', 'import { ApiObject } from "cdk8s";')
    .replace('Object.defineProperty(exports, "__esModule", { value: true });', '')
    .replaceAll('cdk8s_1.ApiObject', 'ApiObject')
    .replaceAll(/^(?:exports\.\w+ = )+void 0;$/gm, '')
    .replaceAll(/\((\w+) = exports\.\1 \|\| \(exports\.\1 = \{\}\)\)/g, (_, name) => {
      names.push(name);
      return `(${name} = {})`;
    })
    .replaceAll(/^exports\.(\w+) = \1;$/gm, (_, name) => {
      names.push(name);
      return '';
    })
    // Names of classes for programs in other languages.
    .replaceAll(/^_\w+ = JSII_RTTI_SYMBOL_1;\n\w+\[_\w+\] = \{.*\};$/gm, '')
    .replaceAll(
      /^(class (\w+) extends ApiObject \{$.*?^\})$(.*?)^(\2\.GVK = \{$.*?^\};)$/gms,
      'const $2 = /* @__PURE__ */ (() => { $1 $3 $4 return $2; })();',
    );
  if (/\bexports[.[]|\brequire\(|\bcdk8s_1\b/.test(code) || !names.includes('KubeDeployment')) {
    throw new Error('cdk8s-plus-28/lib/imports/k8s.js is not of the shape that tools/bundle.mjs knows');
  }
  return `${code}\nexport { ${names.join(', ')} };\n`;
}

/** cdk8s brings copies of packages that are here already: one of each is enough where they are the same version. */
const onlyOnce = {
  name: 'only-once',
  setup({ onResolve, resolve }) {
    const versionOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
    onResolve(
      { filter: /^(?:yaml|fast-json-patch)$/ },
      async ({ path, kind, importer, resolveDir, pluginData }) => {
        const nested = join(top, 'node_modules/cdk8s/node_modules', path);
        if (pluginData === onlyOnce || !importer.startsWith(join(top, 'node_modules/cdk8s/')))
          return undefined;
        const same = existsSync(nested) && versionOf(nested) === versionOf(join(top, 'node_modules', path));
        return resolve(path, { kind, resolveDir: same ? top : resolveDir, pluginData: onlyOnce });
      },
    );
  },
};

/** Data is parsed faster as text than as code. */
export const dataAsText = {
  name: 'data-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.json$/ }, ({ path }) => {
      const text = JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));
      return { contents: `export default JSON.parse(${JSON.stringify(text)});` };
    });
  },
};

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
 * - `cli.bundle.cjs`: all of it, as a script whose value `run` says when it has ended
 * - `matrix-gitops.cjs`: what is started; runs the bundle from a code cache (launcher/)
 * - `commands/cli.mjs`: the same, for those who know it by this name
 *
 * @returns the files that went in, from the top of the repository
 */
export async function bundleCommandLine() {
  const [cli, launcher] = await Promise.all([
    build({
      ...shared,
      entryPoints: ['commands/cli.ts'],
      format: 'esm',
      outfile: 'cli.bundle.cjs',
      metafile: true,
      define: { 'import.meta.url': 'bundleUrl' },
      plugins: [nodeModules, plainClasses, onlyOnce, dataAsText],
    }),
    build({
      ...shared,
      entryPoints: ['launcher/launch.ts'],
      format: 'cjs',
      outfile: 'matrix-gitops.cjs',
      metafile: true,
      external: ['./cli.bundle.cjs'],
    }),
  ]);
  const body = textOf(cli).replace(/^#!.*/, '');
  if (/^(?:import|export) /m.test(body)) throw new Error('the bundle still imports or exports something');
  const bundle = `const bundleUrl = require('node:url').pathToFileURL(__filename).href; exports.run = (async () => {${body}})();\n`;
  const hash = createHash('sha256').update(bundle).digest('hex');
  write('cli.bundle.cjs', bundle);
  write('matrix-gitops.cjs', textOf(launcher).replaceAll('BUNDLE_HASH', JSON.stringify(hash)), 0o755);
  write('commands/cli.mjs', "#!/usr/bin/env node\nimport '../matrix-gitops.cjs';\n", 0o755);
  // Modules of Node.js and those made up above are no files.
  return [cli, launcher]
    .flatMap(({ metafile }) => Object.keys(metafile.inputs))
    .filter((it) => !it.includes(':'));
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

/** Writes a file at once: another synth may be reading it. */
function write(name, text, mode = 0o644) {
  const file = join(bin, name);
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await Promise.all([bundleCommandLine(), bundleMain()]);
}
