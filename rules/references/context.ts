import { suggestion } from '../../model/nearest.ts';
import { inWords } from '../reading/data.ts';
import type { Inventory, Keys } from '../reading/inventory.ts';
import { finding, type Located } from '../reading/objects.ts';
import type { Finding } from '../rule.ts';

/** The code of the rule whose parts stand in this folder. */
export const code = 'MR004';

/** What a check of references works with. */
export interface References {
  readonly inventory: Inventory;
  readonly report: (located: Located, field: string, what: string, remedy: string) => void;
}

/** Starts a check that collects what it reports. */
export function references(inventory: Inventory, findings: Finding[]): References {
  return {
    inventory,
    report: (located, field, what, remedy) => {
      findings.push(finding(code, located, field, what, remedy));
    },
  };
}

/** The names that stand in one namespace, for suggestions. */
export function namesIn(ids: Iterable<string>, namespace: string): readonly string[] {
  const prefix = `${namespace}/`;
  return [...ids].filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
}

/** What to write instead of a name that nothing has. */
export function existing(kinds: string, names: readonly string[]): string {
  const [first] = names;
  if (first === undefined) return `remove it: there are no ${kinds} in that namespace`;
  return `write the name of one that exists: ${[...names].sort().join(', ')}`;
}

/** A reference from a pod can be to something that somebody else makes. */
function orOptional(path: string, kind: string): string {
  return /\.(?:secret|configMap|(?:secret|configMap)(?:Key)?Ref)\.\w+$/.test(path)
    ? `${kind === 'Secret' ? '; declare one of your own in secrets.own' : ''}; for a ${kind} that something else makes, add optional: true to the reference`
    : '';
}

/** Requires a Secret, and the keys that are asked of it. `path` is the field that names it. */
export function requireSecret(
  { inventory, report }: References,
  located: Located,
  path: string,
  name: string,
  keys: readonly { path: string; key: string }[] = [],
): void {
  // A missing name is the schema's affair.
  if (name === '') return;
  const found = inventory.secrets.get(`${located.namespace}/${name}`);
  if (found === undefined) {
    const hint = suggestion(name, namesIn(inventory.secrets.keys(), located.namespace));
    const what = `names Secret "${name}", which does not exist in namespace ${located.namespace}`;
    const names = namesIn(inventory.secrets.keys(), located.namespace);
    report(located, path, what, `${hint}${existing('Secrets', names)}${orOptional(path, 'Secret')}`);
    return;
  }
  requireKeys({ inventory, report }, located, `Secret "${name}"`, found, keys);
}

/** Requires a ConfigMap, and the keys that are asked of it. */
export function requireConfigMap(
  { inventory, report }: References,
  located: Located,
  path: string,
  name: string,
  keys: readonly { path: string; key: string }[] = [],
): void {
  // Kubernetes puts this one into every namespace.
  if (name === 'kube-root-ca.crt' || name === '') return;
  const found = inventory.configMaps.get(`${located.namespace}/${name}`);
  if (found === undefined) {
    const hint = suggestion(name, namesIn(inventory.configMaps.keys(), located.namespace));
    const what = `names ConfigMap "${name}", which does not exist in namespace ${located.namespace}`;
    const names = namesIn(inventory.configMaps.keys(), located.namespace);
    report(located, path, what, `${hint}${existing('ConfigMaps', names)}${orOptional(path, 'ConfigMap')}`);
    return;
  }
  requireKeys({ inventory, report }, located, `ConfigMap "${name}"`, found, keys);
}

function requireKeys(
  { report }: References,
  located: Located,
  source: string,
  found: Keys,
  keys: readonly { path: string; key: string }[],
): void {
  if (found === 'any') return;
  for (const { path, key } of keys) {
    if (found.has(key)) continue;
    const has = [...found].sort().join(', ');
    const remedy = `${suggestion(key, found)}its keys: ${has === '' ? 'none' : has}`;
    report(located, path, `names key "${key}", which ${source} does not have`, remedy);
  }
}

/** Requires a Service and, when one is given, a port of it by number or name. */
export function requireService(
  { inventory, report }: References,
  located: Located,
  target: { path: string; namespace: string; name: string; portPath?: string; port?: unknown },
): void {
  const { path, namespace, name, portPath, port } = target;
  if (name === '') return;
  const found = inventory.services.get(`${namespace}/${name}`);
  if (found === undefined) {
    const hint = suggestion(name, namesIn(inventory.services.keys(), namespace));
    const what = `names Service "${name}", which does not exist in namespace ${namespace}`;
    report(
      located,
      path,
      what,
      `${hint}${existing('Services', namesIn(inventory.services.keys(), namespace))}`,
    );
    return;
  }
  if (portPath === undefined) return;
  if (typeof port === 'number' ? found.numbers.has(port) : typeof port === 'string' && found.names.has(port))
    return;
  const all = [...found.numbers, ...found.names].join(', ');
  const what =
    port === undefined
      ? `names no port of Service "${name}"`
      : `is ${inWords(port)}, which Service "${name}" does not offer`;
  report(located, portPath, what, `its ports: ${all === '' ? 'none' : all}`);
}
