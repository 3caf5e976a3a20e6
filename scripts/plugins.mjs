/** What esbuild needs to be told of the packages that go into the bundle. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = fileURLToPath(new URL('..', import.meta.url));

/** Modules of Node.js that take longer to load than most runs take to need them: loaded when first used. */
export const rarelyNeeded = {
  name: 'rarely-needed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?(?:child_process|net|timers\/promises)$/ }, ({ path }) => ({
      path: path.replace(/^node:/, ''),
      namespace: 'node',
    }));
    onLoad({ filter: /./, namespace: 'node' }, async ({ path }) => {
      const names = Object.keys(await import(`node:${path}`)).filter((name) => name !== 'default');
      const load = `process.getBuiltinModule('node:${path}')`;
      const members = names.map((name) => `get ${name}() { return ${load}.${name}; }`);
      return { contents: `module.exports = { ${members.join(', ')} };` };
    });
  },
};

/**
 * Of the plain classes of Kubernetes' kinds, only those that are used: loading all takes longer than rendering. Their
 * file is generated and of one shape, so that little has to change in it for the bundler to see what is used.
 */
export const plainClasses = {
  name: 'plain-classes',
  setup({ onLoad }) {
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
    throw new Error('cdk8s-plus-28/lib/imports/k8s.js is not of the shape that scripts/plugins.mjs knows');
  }
  return `${code}\nexport { ${names.join(', ')} };\n`;
}

/** cdk8s brings copies of packages that are here already: one of each is enough where they are the same version. */
export const onlyOnce = {
  name: 'only-once',
  setup({ onResolve, resolve }) {
    const versionOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
    onResolve({ filter: /^yaml$/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      const nested = join(top, 'node_modules/cdk8s/node_modules', path);
      if (pluginData === onlyOnce || !importer.startsWith(join(top, 'node_modules/cdk8s/'))) return undefined;
      const same = existsSync(nested) && versionOf(nested) === versionOf(join(top, 'node_modules', path));
      return resolve(path, { kind, resolveDir: same ? top : resolveDir, pluginData: onlyOnce });
    });
  },
};

/**
 * Of @kubernetes/client-node, what makes a connection from a kubeconfig. The client of the whole API is twenty times as
 * large; and what starts programs, or renews tokens, cluster/ does itself: it is not even in the package.
 */
export const onlyConnections = {
  name: 'only-connections',
  setup({ onResolve, onLoad }) {
    const isOurs = (importer) => /[/\\]@kubernetes[/\\]client-node[/\\]dist[/\\]config\.js$/.test(importer);
    const classes = 'ExecAuth GoogleCloudPlatformAuth AzureAuth OpenIDConnectAuth'.split(' ');
    const inert = (name) => `export class ${name} { isAuthProvider() { return false; } }`;
    const left = {
      './gen/index.js': 'export const createConfiguration = undefined; export class ServerConfiguration {}',
      'node-fetch': 'export const Headers = globalThis.Headers;',
      // Our sources read the kubeconfig.
      'js-yaml': 'export default undefined;',
      ...Object.fromEntries(
        ['./exec_auth.js', './gcp_auth.js', './azure_auth.js', './oidc_auth.js'].map((path, index) => [
          path,
          inert(classes[index]),
        ]),
      ),
    };
    // Every path that the filter lets through is asked of this process: of all paths, that takes as long as bundling.
    onResolve({ filter: /^(?:\.\/(?:gen\/index|\w+_auth)\.js|node-fetch|js-yaml)$/ }, ({ path, importer }) =>
      isOurs(importer) && Object.hasOwn(left, path) ? { path, namespace: 'left-out' } : undefined,
    );
    // What proxies log for those who look for mistakes in them.
    onResolve({ filter: /^debug$/ }, ({ path, importer }) =>
      /[/\\](?:socks-proxy-agent|agent-base)[/\\]/.test(importer)
        ? { path, namespace: 'left-out' }
        : undefined,
    );
    onResolve({ filter: /^ip-address$/ }, () => ({ path: join(top, 'scripts/ip-address.cjs') }));
    onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({
      contents: path === 'debug' ? 'module.exports = () => () => {};' : left[path],
    }));
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
