import { createHash } from 'node:crypto';
import { isOf, kindOf } from '../kinds/index.ts';
import { CONFIG_MAP, SECRET } from '../kinds/keys.ts';
import type { KindKey, KindKnowledge, Reference } from '../kinds/kind.ts';
import { places } from '../kinds/places.ts';
import { compareText } from '../plain/compare.ts';
import { type Data, data, isRecord } from '../plain/data.ts';
import type { Manifest, ManifestFile } from '../stack/manifest.ts';
import { isConfigText, readConfigText } from './config-text.ts';

/** Prefix of the annotations for ConfigMaps; the ConfigMap's name follows. */
const CHECKSUM = 'checksum/';
/** Prefix of the annotations for Secrets; the Secret's name follows. */
const REVISION = 'revision/';
/** Hexadecimal digits: enough that no two versions of a configuration share them, short enough to read. */
const DIGITS = 16;

/**
 * Random ids of the values in a Secret, by key: another one when the value changes, and nothing about it. Keys whose
 * values somebody else keeps have none.
 */
export interface SecretRevisions {
  readonly namespace: string;
  readonly name: string;
  readonly revisions: Readonly<Record<string, string>>;
}

/**
 * Puts a checksum of each ConfigMap a pod reads on its template, so that a change of configuration
 * restarts exactly the pods that use it. Only the keys a pod reads count, and only what they mean:
 * a comment or the place of a key restarts nothing. The same for Secrets, over the ids of the values.
 */
export function stampChecksums<File extends ManifestFile>(
  files: readonly File[],
  secrets: readonly SecretRevisions[] = [],
): readonly File[] {
  const sources: Sources = {
    maps: new Map(
      files.flatMap(({ manifests }) =>
        manifests.filter((one) => isOf(one, CONFIG_MAP)).map((map) => [id(map.metadata), map]),
      ),
    ),
    secrets: new Map(secrets.map((secret) => [id(secret), secret.revisions])),
  };
  return files.map((file) => ({
    ...file,
    manifests: file.manifests.map((manifest) => stamp(manifest, sources)),
  }));
}

/** What pods may read, by namespace and name. */
interface Sources {
  readonly maps: ReadonlyMap<string, Manifest>;
  readonly secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

function id({ namespace = '', name }: { readonly namespace?: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function stamp(manifest: Manifest, { maps, secrets }: Sources): Manifest {
  const knowledge = kindOf(manifest);
  // Other pods are never replaced, or start anew each time; and a Job refuses a change of its template.
  if (knowledge?.pod?.replaced !== true) return manifest;
  const { template } = knowledge.pod;
  const { namespace = '' } = manifest.metadata;
  const stamps: Record<string, string> = {};
  for (const [name, keys] of byName(keysRead(manifest, knowledge, CONFIG_MAP))) {
    const map = maps.get(id({ namespace, name }));
    if (map !== undefined) stamps[`${CHECKSUM}${name}`] = digest(meanings(map, keys));
  }
  for (const [name, keys] of byName(keysRead(manifest, knowledge, SECRET))) {
    const revisions = secrets.get(id({ namespace, name }));
    const used = revisions === undefined ? [] : entriesOf(revisions, keys);
    if (used.length > 0) stamps[`${REVISION}${name}`] = digest(used);
  }
  if (Object.keys(stamps).length === 0) return manifest;
  return { ...manifest, ...merged(manifest, [...template, 'metadata', 'annotations'], stamps) };
}

/** A group with more keys in the group at a path below it. */
function merged(group: unknown, [step, ...rest]: readonly string[], more: Data): Data {
  const known = data(group);
  return step === undefined ? { ...known, ...more } : { ...known, [step]: merged(known[step], rest, more) };
}

type KeysRead = ReadonlyMap<string, Set<string> | undefined>;

function byName(read: KeysRead): readonly (readonly [string, Set<string> | undefined])[] {
  return [...read].sort(([a], [b]) => compareText(a, b));
}

/** Which keys of which ConfigMaps or Secrets the pods of an object read; undefined means all keys. */
function keysRead(manifest: Manifest, { references = [] }: KindKnowledge, kind: KindKey): KeysRead {
  const read = new Map<string, Set<string> | undefined>();
  const note = (name: string, keys: readonly string[] | undefined): void => {
    const isKnown = read.has(name);
    const known = read.get(name);
    if (keys === undefined) read.set(name, undefined);
    else if (!isKnown || known !== undefined) read.set(name, new Set([...(known ?? []), ...keys]));
  };
  for (const reference of references) {
    // What has neither, such as the password of an image's registry, no program reads.
    if (reference.to !== kind || (reference.key === undefined && reference.whole !== true)) continue;
    for (const { value, group } of places(manifest, reference.field)) {
      if (typeof value === 'string') note(value, keysOf(reference, group));
    }
  }
  return read;
}

function keysOf({ key }: Reference, group: Data): readonly string[] | undefined {
  if (key === undefined) return undefined;
  const keys = places(group, key);
  // A list that is empty means everything.
  return keys.length === 0
    ? undefined
    : keys.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}

function meanings(map: Manifest, keys: Set<string> | undefined): readonly unknown[] {
  const all = { ...data(map.data), ...data(map.binaryData) };
  return entriesOf(all, keys).map(([key, text]) => [key, meaning(key, text)]);
}

function entriesOf<T>(
  data: Readonly<Record<string, T>>,
  keys: Set<string> | undefined,
): readonly (readonly [string, T])[] {
  return Object.entries(data)
    .filter(([key]) => keys === undefined || keys.has(key))
    .sort(([a], [b]) => compareText(a, b));
}

function digest(of: readonly unknown[]): string {
  const hash = createHash('sha256').update(JSON.stringify(of)).digest('hex');
  // Digits around an e are a number to some readers of YAML: the first part that is none.
  const parts = hash.match(new RegExp(`.{${DIGITS}}`, 'g')) ?? [];
  return parts.find((part) => !/^[0-9]+e?[0-9]+$/.test(part)) ?? hash;
}

/** Comments of one line in what programs read as code or settings; in any other text they may be anything. */
const COMMENTS: Readonly<Record<string, RegExp | undefined>> = { conf: /^(?:#|\/\/)/, js: /^\/\// };

/** What a configuration text says, without how it is written. What is no text, or does not parse, is as it is. */
function meaning(key: string, text: unknown): unknown {
  if (typeof text !== 'string') return canonical(text);
  if (isConfigText(key)) {
    const read = readConfigText(text);
    return 'problem' in read ? text : canonical(read.data);
  }
  const comment = COMMENTS[key.slice(key.lastIndexOf('.') + 1)];
  if (!text.includes('\n') || comment === undefined) return text;
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !comment.test(line));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isRecord(value)) return value;
  return Object.entries(value)
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, inner]) => [key, canonical(inner)]);
}
