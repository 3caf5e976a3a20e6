import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { configMapOf, type Workload } from './dist.ts';
import { at, isMapping, type Json, mapping, mappings, need, number, text, texts } from './json.ts';
import type { Bind } from './root.ts';
import type { Secrets } from './secrets.ts';

/** What volumes are filled from. */
interface VolumeOptions {
  readonly workload: Workload;
  readonly secrets: Secrets;
}

/** Everything a person could read in the pod, to find the files it refers to. */
function wordsOf(workload: Workload): string {
  const volumes = mappings(workload.template, 'spec', 'volumes');
  const names = volumes.flatMap((volume) => [
    text(volume, 'configMap', 'name'),
    ...mappings(volume, 'projected', 'sources').map((source) => text(source, 'configMap', 'name')),
  ]);
  const maps = names.flatMap((name) => (name === undefined ? [] : [configMapOf(workload, name)]));
  return [
    ...maps.flatMap((map) => Object.values(mapping(map, 'data')).map(String)),
    ...texts(workload.container, 'command'),
    ...texts(workload.container, 'args'),
    ...mappings(workload.container, 'env').map((entry) => text(entry, 'value') ?? ''),
  ].join('\n');
}

/** File names below `mountPath` that the pod's configuration, arguments or environment mention. */
function namesBelow(workload: Workload, mountPath: string): string[] {
  const path = mountPath.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = wordsOf(workload).matchAll(new RegExp(`${path}/([\\w.-]*\\w)`, 'g'));
  return [...new Set([...found].flatMap((match) => match[1] ?? []))];
}

/** Makes every volume of the container and gives what is mounted where. */
export function volumeMounts(options: VolumeOptions, folder: string, fsGroup: number | undefined): Bind[] {
  const { workload } = options;
  const volumes = mappings(workload.template, 'spec', 'volumes');
  const made = new Map<string, { root: string; writable: boolean }>();
  return mappings(workload.container, 'volumeMounts').map((mount) => {
    const name = need(text(mount, 'name'), 'name of a volume mount');
    const path = need(text(mount, 'mountPath'), `mount path of ${name}`).replace(/\/+$/, '');
    const volume = need(
      volumes.find((candidate) => text(candidate, 'name') === name),
      `volume ${name}, which a mount refers to`,
    );
    const root = join(folder, 'volumes', name);
    const known = made.get(name) ?? { root, writable: makeVolume(options, volume, root, path, fsGroup) };
    made.set(name, known);
    const subPath = text(mount, 'subPath');
    const inner = subPath === undefined ? known.root : join(known.root, subPath);
    if (known.writable) mkdirSync(inner, { recursive: true });
    if (!existsSync(inner)) throw new Error(`${path}: volume ${name} has no ${subPath}`);
    const writable = known.writable && at(mount, 'readOnly') !== true;
    return { path, source: realpathSync(inner), writable };
  });
}

/** Fills the volume's folder; tells whether its pods may write to it. */
function makeVolume(
  options: VolumeOptions,
  volume: Json,
  root: string,
  mountPath: string,
  fsGroup: number | undefined,
): boolean {
  const { workload, secrets } = options;
  mkdirSync(root, { recursive: true });
  if (isMapping(volume.emptyDir) || isMapping(volume.persistentVolumeClaim) || volume.ephemeral) {
    chmodSync(root, isMapping(volume.emptyDir) ? 0o777 : 0o755);
    if (fsGroup !== undefined) {
      chownSync(root, 0, fsGroup);
      chmodSync(root, isMapping(volume.emptyDir) ? 0o2777 : 0o2775);
    }
    return true;
  }
  const sources = [volume, ...mappings(volume, 'projected', 'sources')];
  const files = new Map<string, { content: string | Buffer; mode: number }>();
  const defaultMode =
    number(volume, 'configMap', 'defaultMode') ??
    number(volume, 'secret', 'defaultMode') ??
    number(volume, 'projected', 'defaultMode') ??
    0o644;
  let known = false;
  for (const source of sources) {
    const mapName = text(source, 'configMap', 'name');
    const secretName = text(source, 'secret', 'secretName') ?? text(source, 'secret', 'name');
    if (mapName === undefined && secretName === undefined) continue;
    known = true;
    const map = mapName === undefined ? {} : configMapOf(workload, mapName);
    const data: Readonly<Record<string, string | Buffer>> = {
      ...Object.fromEntries(Object.entries(mapping(map, 'data')).map(([key, value]) => [key, String(value)])),
      ...Object.fromEntries(
        Object.entries(mapping(map, 'binaryData')).map(([key, value]) => [
          key,
          Buffer.from(String(value), 'base64'),
        ]),
      ),
    };
    const all = mapName === undefined ? namesBelow(workload, mountPath) : Object.keys(data);
    const written = mappings(source, mapName === undefined ? 'secret' : 'configMap', 'items');
    const items = written.length > 0 ? written : all.map((key) => ({ key, path: key }));
    for (const item of items) {
      const key = need(text(item, 'key'), `key of an item of volume ${text(volume, 'name')}`);
      const content =
        mapName === undefined
          ? secrets(secretName ?? '', key)
          : need(data[key], `key ${key} in ConfigMap ${mapName}`);
      files.set(text(item, 'path') ?? key, { content, mode: number(item, 'mode') ?? defaultMode });
    }
  }
  if (!known) throw new Error(`volume ${text(volume, 'name')}: this harness does not know its kind`);
  writeAtomically(root, files, fsGroup);
  return false;
}

/** The kubelet's own layout: files in a dated folder, `..data` pointing to it, and one link for each name. */
function writeAtomically(
  root: string,
  files: ReadonlyMap<string, { content: string | Buffer; mode: number }>,
  fsGroup: number | undefined,
): void {
  const dated = join(root, '..2026_01_01_00_00_00.1');
  mkdirSync(dated, { recursive: true });
  for (const [path, { content, mode }] of files) {
    const file = join(dated, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    // With an fsGroup the kubelet gives the file to that group and lets it read.
    if (fsGroup !== undefined) chownSync(file, 0, fsGroup);
    chmodSync(file, fsGroup === undefined ? mode : mode | 0o440);
  }
  symlinkSync('..2026_01_01_00_00_00.1', join(root, '..data'));
  for (const name of new Set([...files.keys()].map((path) => path.split('/')[0] ?? path))) {
    symlinkSync(join('..data', name), join(root, name));
  }
}
