import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { LAN_NAMES } from '../../charts/index.ts';
import { loadStack } from '../../charts/stack/load.ts';
import { stackSchema } from '../../charts/stack/schema.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { isRecord, valueAt } from '../../src/plain/data.ts';
import type { Position } from '../../src/stack/diagnostic.ts';
import { type Path, readYaml, replaced } from '../../src/stack/reading/yaml-source.ts';
import { pathsOf } from '../paths.ts';
import { repositoryImages } from '../stacks.ts';
import { fromSchema } from './from-schema.ts';

export const FILE = 'stacks/any.yaml';
const images = repositoryImages();

/** A stack file that nothing is wrong with. */
export interface ValidFile {
  readonly data: unknown;
  readonly text: string;
  readonly stack: Stack;
}

/** Stack files in which each field fits; together they may not. */
export const shapedFiles: fc.Arbitrary<unknown> = fromSchema(stackSchema);

/** Stack files without a mistake. */
export const validFiles: fc.Arbitrary<ValidFile> = shapedFiles
  .map((data) => withoutMistakes(agreeing(data)))
  .filter((file) => file !== undefined);

/** The files that people wrote: the shipped ones and every valid profile. */
export const writtenFiles: fc.Arbitrary<string> = fc.constantFrom(
  ...['test/fixtures/stacks', 'test/fixtures/valid'].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  ),
);

/** YAML text as people could have written it. */
export function textOf(data: unknown): string {
  return stringify(data, { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** Makes fields that depend on each other agree, where taking one out would lose what is worth trying. */
function agreeing(data: unknown): unknown {
  let file = data;
  const get = (...path: Path): unknown => valueAt(file, path);
  const set = (value: unknown, ...path: Path): void => {
    file = replaced(file, path, value);
  };
  const isThere = (component: string): boolean =>
    component === 'synapse' || (isRecord(get(component)) && get(component, 'enabled') !== false);
  const serverName = String(get('serverName'));
  const viaTunnel = get('expose', 'public', 'via') === 'tunnel';
  if (get('expose', 'public') !== undefined) {
    set(undefined, 'expose', 'public', viaTunnel ? 'tls' : 'tunnel');
    if (!viaTunnel) set(oneOf(get('expose', 'public', 'tls')), 'expose', 'public', 'tls');
    else if (get('expose', 'public', 'tunnel') === undefined) {
      set({ name: 'main', zone: serverName }, 'expose', 'public', 'tunnel');
    } else set(serverName, 'expose', 'public', 'tunnel', 'zone');
  } else if (get('expose', 'lan') === undefined) set({ tls: { secret: 'lan-tls' } }, 'expose', 'lan');
  if (get('expose', 'lan') !== undefined) set(oneOf(get('expose', 'lan', 'tls')), 'expose', 'lan', 'tls');
  for (const component of LAN_NAMES) {
    const host = get(component, 'host');
    if (host !== undefined) {
      set(viaTunnel ? `${component}.${serverName}` : `${component}-${String(host)}`, component, 'host');
    }
    const name = get('expose', 'lan', 'names', component);
    if (name === undefined) continue;
    set(
      isThere(component) ? `lan-${component}-${String(name)}` : undefined,
      'expose',
      'lan',
      'names',
      component,
    );
  }
  const relays = isThere('turn') && get('turn', 'coturn') !== undefined;
  if (isThere('turn')) {
    if (get('turn', 'coturn', 'tls') !== undefined) {
      set(oneOf(get('turn', 'coturn', 'tls')), 'turn', 'coturn', 'tls');
    }
    if (relays) set(undefined, 'turn', 'external');
  }
  const address = get('callNodes', 'addresses', 'public');
  const addresses =
    relays || get('callNodes', 'addresses', 'discover') === undefined
      ? { public: address ?? '203.0.113.7' }
      : { discover: 'stun' };
  if (get('callNodes', 'addresses') !== undefined) set(addresses, 'callNodes', 'addresses');
  else if (get('expose', 'public') !== undefined && (isThere('livekit') || isThere('jitsi') || relays)) {
    if (get('callNodes') === undefined) set({}, 'callNodes');
    set({ addresses, ...Object(get('callNodes')) }, 'callNodes');
  }
  return file;
}

/** One source of certificates out of those that are given. */
function oneOf(tls: unknown): unknown {
  const issuer = valueAt(tls, ['issuer']);
  return issuer === undefined ? { secret: valueAt(tls, ['secret']) ?? 'some-tls' } : { issuer };
}

/** Takes out whatever is still wrong, by the place at which the loader says so. */
function withoutMistakes(data: unknown): ValidFile | undefined {
  let file = data;
  for (let round = 0; round < 20; round++) {
    const text = textOf(file);
    const { value, diagnostics } = loadStack(FILE, text, images);
    if (value !== undefined) return { data: file, text, stack: value };
    const wrong = pathsAt(
      file,
      text,
      diagnostics.map(({ position }) => position),
    );
    if (wrong === undefined || wrong.some(([key]) => key === 'schema' || key === 'serverName'))
      return undefined;
    // The later ones first, so that every path in a list still leads to what it led to.
    for (const path of wrong.toReversed()) file = replaced(file, path, undefined);
  }
  return undefined;
}

/**
 * The paths whose key or value is at one of these positions, in the order of {@link pathsOf}; undefined where one
 * position has none. Of several paths at a position the shortest counts, which takes its group with it.
 */
function pathsAt(data: unknown, text: string, positions: readonly Position[]): readonly Path[] | undefined {
  const key = ({ line, column }: Position): string => `${line}:${column}`;
  const { source } = readYaml(FILE, text);
  const wanted = new Set(positions.map(key));
  const found: Path[] = [];
  for (const path of pathsOf(data)) {
    if (wanted.size === 0) break;
    const here = [source?.keyAt(path), source?.at(path)].flatMap((place) =>
      place === undefined ? [] : [key(place)],
    );
    if (here.filter((place) => wanted.delete(place)).length > 0) found.push(path);
  }
  return wanted.size === 0 ? found : undefined;
}
