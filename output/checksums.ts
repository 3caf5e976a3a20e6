import { createHash } from 'node:crypto';
import { load } from 'js-yaml';
import { compareText } from '../model/diagnostic.ts';
import type { Manifest, ManifestFile } from '../model/manifest.ts';

/** Prefix of the annotations; the ConfigMap's name follows. */
const ANNOTATION = 'checksum/';
/** Hexadecimal digits: enough that no two versions of a configuration share them, short enough to read. */
const DIGITS = 16;

/**
 * Puts a checksum of each ConfigMap a pod reads on its template, so that a change of configuration
 * restarts exactly the pods that use it. Only the keys a pod reads count, and only what they mean:
 * a comment or the place of a key restarts nothing.
 */
export function stampChecksums(files: readonly ManifestFile[]): readonly ManifestFile[] {
  const maps = new Map<string, Manifest>();
  for (const { manifests } of files) {
    for (const manifest of manifests) if (manifest.kind === 'ConfigMap') maps.set(mapKey(manifest), manifest);
  }
  return files.map((file) => ({
    ...file,
    manifests: file.manifests.map((manifest) => stamp(manifest, maps)),
  }));
}

function mapKey({ metadata }: Manifest): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function stamp(manifest: Manifest, maps: ReadonlyMap<string, Manifest>): Manifest {
  const { spec } = manifest;
  const template = isRecord(spec) ? spec.template : undefined;
  if (!isRecord(spec) || !isRecord(template) || !isRecord(template.spec)) return manifest;
  const checksums: Record<string, string> = {};
  for (const [name, keys] of [...configMapsRead(template.spec)].sort(([a], [b]) => compareText(a, b))) {
    const map = maps.get(`${manifest.metadata.namespace ?? ''}/${name}`);
    if (map !== undefined) checksums[`${ANNOTATION}${name}`] = checksum(map, keys);
  }
  if (Object.keys(checksums).length === 0) return manifest;
  const metadata = isRecord(template.metadata) ? template.metadata : {};
  const annotations = isRecord(metadata.annotations) ? metadata.annotations : {};
  return {
    ...manifest,
    spec: {
      ...spec,
      template: { ...template, metadata: { ...metadata, annotations: { ...annotations, ...checksums } } },
    },
  };
}

/** Which keys of which ConfigMaps a pod reads; undefined means all keys. */
function configMapsRead(podSpec: Record<string, unknown>): ReadonlyMap<string, Set<string> | undefined> {
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
  for (const volume of records(podSpec.volumes)) {
    const source = volume.configMap;
    if (!isRecord(source)) continue;
    const items = records(source.items);
    note(source.name, items.length === 0 ? undefined : items.map(({ key }) => String(key)));
  }
  for (const container of [...records(podSpec.initContainers), ...records(podSpec.containers)]) {
    for (const from of records(container.envFrom)) {
      if (isRecord(from.configMapRef)) note(from.configMapRef.name, undefined);
    }
    for (const variable of records(container.env)) {
      const from = variable.valueFrom;
      const reference = isRecord(from) ? from.configMapKeyRef : undefined;
      if (isRecord(reference)) note(reference.name, [String(reference.key)]);
    }
  }
  return read;
}

function checksum(map: Manifest, keys: Set<string> | undefined): string {
  const data = isRecord(map.data) ? map.data : {};
  const used = Object.entries(data)
    .filter(([key]) => keys === undefined || keys.has(key))
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, text]) => [key, meaning(key, String(text))]);
  const digest = createHash('sha256').update(JSON.stringify(used)).digest('hex');
  // Digits around an e are a number to some readers of YAML: the first part that is none.
  const parts = digest.match(new RegExp(`.{${DIGITS}}`, 'g')) ?? [];
  return parts.find((part) => !/^[0-9]+e?[0-9]+$/.test(part)) ?? digest;
}

/** What a configuration text says, without how it is written. */
function meaning(key: string, text: string): unknown {
  if (key.endsWith('.json') || key.endsWith('.yaml')) return canonical(load(text));
  if (!text.includes('\n')) return text;
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('//'));
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
