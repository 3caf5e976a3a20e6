import { createHash } from 'node:crypto';
import { compareText } from '../model/diagnostic.ts';
import type { Manifest, ManifestFile } from '../model/manifest.ts';
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
        manifests.filter(({ kind }) => kind === 'ConfigMap').map((map) => [id(map.metadata), map]),
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
  const { spec } = manifest;
  const template = isRecord(spec) ? spec.template : undefined;
  if (!isRecord(spec) || !isRecord(template) || !isRecord(template.spec)) return manifest;
  const { namespace = '' } = manifest.metadata;
  const stamps: Record<string, string> = {};
  for (const [name, keys] of byName(sourcesRead(template.spec, CONFIG_MAPS))) {
    const map = maps.get(id({ namespace, name }));
    if (map !== undefined) stamps[`${CHECKSUM}${name}`] = digest(meanings(map, keys));
  }
  for (const [name, keys] of byName(sourcesRead(template.spec, SECRETS))) {
    const revisions = secrets.get(id({ namespace, name }));
    const used = revisions === undefined ? [] : entriesOf(revisions, keys);
    if (used.length > 0) stamps[`${REVISION}${name}`] = digest(used);
  }
  if (Object.keys(stamps).length === 0) return manifest;
  const metadata = isRecord(template.metadata) ? template.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  return {
    ...manifest,
    spec: {
      ...spec,
      template: { ...template, metadata: { ...metadata, annotations: { ...annotations, ...stamps } } },
    },
  };
}

/** In what words a pod says that it reads one kind of object. */
interface Reading {
  readonly volume: 'configMap' | 'secret';
  readonly volumeName: 'name' | 'secretName';
  readonly all: 'configMapRef' | 'secretRef';
  readonly one: 'configMapKeyRef' | 'secretKeyRef';
}

const CONFIG_MAPS: Reading = {
  volume: 'configMap',
  volumeName: 'name',
  all: 'configMapRef',
  one: 'configMapKeyRef',
};
const SECRETS: Reading = {
  volume: 'secret',
  volumeName: 'secretName',
  all: 'secretRef',
  one: 'secretKeyRef',
};

type KeysRead = ReadonlyMap<string, Set<string> | undefined>;

function byName(read: KeysRead): readonly (readonly [string, Set<string> | undefined])[] {
  return [...read].sort(([a], [b]) => compareText(a, b));
}

/** Which keys of which ConfigMaps or Secrets a pod reads; undefined means all keys. */
function sourcesRead(podSpec: Record<string, unknown>, reading: Reading): KeysRead {
  const read = new Map<string, Set<string> | undefined>();
  const note = (name: unknown, keys: readonly string[] | undefined): void => {
    if (typeof name !== 'string') return;
    if (keys === undefined) {
      read.set(name, undefined);
      return;
    }
    const known = read.get(name);
    if (read.has(name) && known === undefined) return;
    read.set(name, new Set([...(known ?? []), ...keys]));
  };
  const noteVolume = (source: unknown, name: string): void => {
    if (!isRecord(source)) return;
    const items = records(source.items);
    note(
      source[name],
      items.length === 0 ? undefined : items.flatMap(({ key }) => (typeof key === 'string' ? [key] : [])),
    );
  };
  for (const volume of records(podSpec.volumes)) {
    noteVolume(volume[reading.volume], reading.volumeName);
    const projected = isRecord(volume.projected) ? volume.projected : {};
    for (const source of records(projected.sources)) noteVolume(source[reading.volume], 'name');
  }
  for (const container of [...records(podSpec.initContainers), ...records(podSpec.containers)]) {
    for (const from of records(container.envFrom)) {
      const reference = from[reading.all];
      if (isRecord(reference)) note(reference.name, undefined);
    }
    for (const variable of records(container.env)) {
      const from = variable.valueFrom;
      const reference = isRecord(from) ? from[reading.one] : undefined;
      if (isRecord(reference) && typeof reference.key === 'string') note(reference.name, [reference.key]);
    }
  }
  return read;
}

function meanings(map: Manifest, keys: Set<string> | undefined): readonly unknown[] {
  const [texts, bytes] = [map.data, map.binaryData].map((part) => (isRecord(part) ? part : {}));
  return entriesOf({ ...texts, ...bytes }, keys).map(([key, text]) => [key, meaning(key, text)]);
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function records(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
