/** An import as esbuild writes it: of a default, and of the whole module or of members. */
const STATEMENT = /^import (?:([\w$]+)(?:, )?)?(?:\* as ([\w$]+)|\{([^}]+)\})? from "([^"]+)";\n/gm;
const LAZY = /\bimport\("([^"]+)"\)/g;
/** Stands for all names of a module. */
const ALL = '*';

/**
 * Turns the imports of a module into constants: those of Node.js come by `require`, all others from the object of a
 * script, also what `import()` loads later.
 *
 * @param code an ES module as esbuild writes it
 * @param scriptOf name of the script that a path comes from, which is that of its object too
 * @param also names that are needed besides, by path
 * @returns `head`, the constants; `body`, the code without imports; `paths`, what each of them named; and `entries`, for each script a module that exports its object with the names that are used and no others
 */
export function takeImports(code, scriptOf = () => 'dependencies', also = {}) {
  const head = [];
  const paths = [];
  const needed = new Map();
  const wholes = new Map();
  const need = (path, names) => needed.set(path, new Set([...(needed.get(path) ?? []), ...names]));
  for (const [path, names] of Object.entries(also)) need(path, names);

  const withoutStatements = code.replaceAll(STATEMENT, (_, standard, whole, list, path) => {
    const members = [
      ...(standard === undefined ? [] : [['default', standard]]),
      ...(list === undefined ? [] : list.split(',').map((it) => it.trim().split(' as '))),
    ];
    const isOfNode = path.startsWith('node:');
    const from = isOfNode ? `require("${path}")` : `${scriptOf(path)}["${path}"]`;
    if (members.length > 0)
      head.push(`const { ${members.map((it) => it.join(': ')).join(', ')} } = ${from};`);
    if (whole !== undefined) head.push(`const ${whole} = ${from};`);
    paths.push(path);
    if (!isOfNode) {
      need(
        path,
        members.map(([name]) => name),
      );
      if (whole !== undefined) wholes.set(whole, path);
    }
    return '';
  });
  const body = withoutStatements.replaceAll(LAZY, (_, path) => {
    paths.push(path);
    need(later(path), [ALL]);
    return `${scriptOf(path)}["${later(path)}"]()`;
  });
  if (wholes.size > 0) {
    for (const [, whole, name = ALL] of body.matchAll(usesOf([...wholes.keys()]))) {
      need(wholes.get(whole), [name]);
    }
  }
  const entries = {};
  for (const [path, names] of needed) {
    const script = scriptOf(withoutLater(path));
    entries[script] = [...(entries[script] ?? []), [path, names]];
  }
  for (const [script, own] of Object.entries(entries)) entries[script] = entryOf(script, own);
  return { head: head.join('\n'), body, paths, entries };
}

/** What `import()` gives stands beside what `import` gives. */
const later = (path) => `import ${path}`;
const withoutLater = (path) => path.replace(/^import /, '');

/**
 * Where whole modules are used, each with the member that is; where there is none, every member may be used.
 * esbuild gives nothing else such a name, so that only texts can be mistaken for a use, and then too much is taken.
 */
function usesOf(wholes) {
  const names = wholes.map((it) => it.replaceAll('$', '\\$')).join('|');
  // Neither `x.z` nor `[a-z]`, but `...z`.
  return new RegExp(`(?<![-\\w$]|(?<!\\.\\.)\\.)(${names})(?![\\w$])(?:\\.([A-Za-z_$][\\w$]*))?`, 'g');
}

function entryOf(script, needed) {
  const imports = [];
  const sorted = needed.sort(([a], [b]) => (a < b ? -1 : 1));
  const members = sorted.map(([path, names], index) => {
    if (path.startsWith(later(''))) return `  "${path}": () => import("${withoutLater(path)}"),`;
    const whole = `m${index}`;
    imports.push(`import * as ${whole} from "${path}";`);
    const each = [...names].sort().map((name) => `${name}: ${whole}.${name}`);
    return `  "${path}": ${names.has(ALL) ? whole : `{ ${each.join(', ')} }`},`;
  });
  return [...imports, `export const ${script} = {`, ...members, '};', ''].join('\n');
}
