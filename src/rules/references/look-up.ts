import { IN_EVERY_NAMESPACE } from '../../kinds/core.ts';
import { SECRET } from '../../kinds/keys.ts';
import type { Explicit, Reference } from '../../kinds/kind.ts';
import { type Place, places } from '../../kinds/places.ts';
import { at, text } from '../../plain/data.ts';
import { suggestion } from '../../plain/nearest.ts';
import { fieldText, inWords } from '../reading/data.ts';
import type { Contents, Inventory } from '../reading/inventory.ts';
import { finding, type Located } from '../reading/objects.ts';
import type { Finding } from '../rule.ts';
import { code } from './code.ts';

/** An object that a reference names. */
interface Named {
  readonly namespace: string;
  readonly name: string;
  /** The port that is asked for, and where; undefined where the reference asks for none. */
  readonly port?: NamedPort;
}

interface NamedPort {
  readonly field: string;
  readonly value: unknown;
}

/** Looks up what one field of an object names. */
export function lookUp(located: Located, reference: Reference, inventory: Inventory): readonly Finding[] {
  return places(located.data, reference.field).flatMap((place) =>
    check(located, reference, place, inventory),
  );
}

/** Finds keys that must be written. */
export function notWritten(located: Located, { group, key, what, remedy }: Explicit): readonly Finding[] {
  if (text(at(located.data, ...group, key)) !== undefined) return [];
  return [finding(code, located, group.join('.'), what, remedy)];
}

function check(
  located: Located,
  reference: Reference,
  place: Place,
  inventory: Inventory,
): readonly Finding[] {
  const named = namedBy(located, reference, place);
  // Other namespaces may be somebody else's.
  if (named === undefined || !inventory.namespaces.has(named.namespace)) return [];
  const field = fieldText(located.data, reference.atGroup === true ? place.path.slice(0, -1) : place.path);
  const kind = reference.to.slice(reference.to.indexOf('/') + 1);
  const all = inventory.of(reference.to);
  const found = all.get(`${named.namespace}/${named.name}`);
  if (found === undefined) {
    if (IN_EVERY_NAMESPACE.some((one) => one.kind === reference.to && one.name === named.name)) return [];
    const names = namesIn(all, named.namespace);
    const what = `names ${kind} "${named.name}", which does not exist in namespace ${named.namespace}`;
    const consequence = reference.consequence === undefined ? '' : `; ${reference.consequence}`;
    const own = reference.to === SECRET ? '; declare one of your own in secrets.own' : '';
    const optional = reference.optional === true ? orOptional(kind) : '';
    const remedy = `${suggestion(named.name, names)}${existing(`${kind}s`, names)}${own}${optional}${consequence}`;
    return [finding(code, located, field, what, remedy)];
  }
  const source = `${kind} "${named.name}"`;
  return [
    ...missingKeys(located, reference, place, source, found),
    ...missingPort(located, named, source, found),
  ];
}

/** `http://synapse.app-matrix.svc.cluster.local:8008`: scheme, Service, namespace, port. */
const URL_IN_CLUSTER = /^([a-z]+):\/\/([^./:]+)\.([^./:]+)\.svc(?:\.[^/:]+)?(?::(\d+))?(?:\/.*)?$/;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

function namedBy(located: Located, reference: Reference, { path, value, group }: Place): Named | undefined {
  const written = text(value) ?? '';
  // A missing name is the schema's affair.
  if (written === '' || reference.where?.(group, written) === false) return undefined;
  if (reference.optional === true && group.optional === true) return undefined;
  if (reference.url === true) {
    const [, scheme = '', name, namespace, port] = URL_IN_CLUSTER.exec(written) ?? [];
    if (name === undefined || namespace === undefined) return undefined;
    const number = port === undefined ? DEFAULT_PORTS[scheme] : Number(port);
    return { name, namespace, port: { field: fieldText(located.data, path), value: number } };
  }
  const namespace = reference.namespace === undefined ? undefined : text(group[reference.namespace]);
  return {
    name: written,
    namespace: namespace ?? located.namespace,
    ...(reference.port === undefined ? {} : { port: portOf(located, reference.port, path, group) }),
  };
}

function portOf(
  located: Located,
  fields: readonly string[],
  path: Place['path'],
  group: Place['group'],
): NamedPort {
  const steps = fields.map((field) => field.split('.'));
  const written = steps.find((keys) => at(group, ...keys) !== undefined) ?? steps[0] ?? [];
  return {
    field: fieldText(located.data, [...path.slice(0, -1), ...written]),
    value: at(group, ...written),
  };
}

function missingKeys(
  located: Located,
  { key, needs = [] }: Reference,
  { path, group }: Place,
  source: string,
  { keys }: Contents,
): readonly Finding[] {
  if (keys === 'any') return [];
  const asked = [
    ...needs.map((name) => ({ path, name })),
    ...(key === undefined ? [] : places(group, key)).map((one) => ({
      path: [...path.slice(0, -1), ...one.path],
      name: text(one.value) ?? '',
    })),
  ];
  return asked
    .filter(({ name }) => !keys.has(name))
    .map((one) => {
      const has = [...keys].sort().join(', ');
      const what = `names key "${one.name}", which ${source} does not have`;
      const remedy = `${suggestion(one.name, keys)}its keys: ${has === '' ? 'none' : has}`;
      return finding(code, located, fieldText(located.data, one.path), what, remedy);
    });
}

function missingPort(
  located: Located,
  { port }: Named,
  source: string,
  { ports }: Contents,
): readonly Finding[] {
  if (port === undefined) return [];
  const { field, value } = port;
  if (
    typeof value === 'number' ? ports.numbers.has(value) : typeof value === 'string' && ports.names.has(value)
  ) {
    return [];
  }
  const all = [...ports.numbers, ...ports.names].join(', ');
  const what =
    value === undefined
      ? `names no port of ${source}`
      : `is ${inWords(value)}, which ${source} does not offer`;
  return [finding(code, located, field, what, `its ports: ${all === '' ? 'none' : all}`)];
}

/** The names that are there in one namespace. */
function namesIn(all: ReadonlyMap<string, Contents>, namespace: string): readonly string[] {
  const prefix = `${namespace}/`;
  return [...all.keys()].filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
}

/** What to write instead of a name that nothing has. */
function existing(kinds: string, names: readonly string[]): string {
  if (names.length === 0) return `remove it: there are no ${kinds} in that namespace`;
  return `write the name of one that exists: ${[...names].sort().join(', ')}`;
}

/** A reference from a pod can be to something that somebody else makes. */
function orOptional(kind: string): string {
  return `; for a ${kind} that something else makes, add optional: true to the reference`;
}
