import { CONFIG_MAP, SECRET } from '../../kinds/keys.ts';
import { at, type Data, text } from '../../plain/data.ts';
import { suggestion } from '../../plain/nearest.ts';
import { items } from '../reading/data.ts';
import type { Inventory } from '../reading/inventory.ts';
import { finding } from '../reading/objects.ts';
import type { Container, PodTemplate } from '../reading/pods.ts';
import type { Finding } from '../rule.ts';
import { code } from './code.ts';

/** Checks that a container mounts volumes that its pod has, and files that are in them. */
export function checkMounts(
  pod: PodTemplate,
  { data, path }: Container,
  inventory: Inventory,
): readonly Finding[] {
  const volumes = new Map<string, Data>();
  const templates = items(at(pod.owner.data, 'spec', 'volumeClaimTemplates'), '');
  for (const it of templates) volumes.set(text(at(it.data, 'metadata', 'name')) ?? '', {});
  for (const it of items(pod.spec.volumes, '')) volumes.set(text(it.data.name) ?? '', it.data);
  return items(data.volumeMounts, `${path}.volumeMounts`).flatMap((mount) => {
    const name = text(mount.data.name) ?? '';
    const volume = volumes.get(name);
    if (volume === undefined) {
      const what = `names volume "${name}", which the pod does not have`;
      const remedy = `${suggestion(name, volumes.keys())}add it to ${pod.path}.volumes`;
      return [finding(code, pod.owner, `${mount.path}.name`, what, remedy)];
    }
    const subPath = text(mount.data.subPath);
    const files = filesOf(volume, pod.owner.namespace, inventory);
    if (subPath === undefined || files === undefined) return [];
    if (files.some((file) => file === subPath || file.startsWith(`${subPath}/`))) return [];
    const what = `is "${subPath}", which volume "${name}" does not hold: the container would find an empty folder`;
    const remedy = `${suggestion(subPath, files)}it holds: ${files.join(', ')}`;
    return [finding(code, pod.owner, `${mount.path}.subPath`, what, remedy)];
  });
}

/** The files of a volume that comes from Secrets and ConfigMaps; undefined where they are not known. */
function filesOf(volume: Data, namespace: string, inventory: Inventory): readonly string[] | undefined {
  const sources =
    volume.projected === undefined
      ? [volume]
      : items(at(volume.projected, 'sources'), '').map((it) => it.data);
  const files: string[] = [];
  for (const source of sources) {
    const part = source.secret ?? source.configMap;
    if (part === undefined) return undefined;
    const name = text(at(part, 'secretName')) ?? text(at(part, 'name')) ?? '';
    const known = inventory.of(source.secret === undefined ? CONFIG_MAP : SECRET);
    const chosen = at(part, 'items');
    const keys = known.get(`${namespace}/${name}`)?.keys;
    if (chosen !== undefined) files.push(...items(chosen, '').map((it) => text(it.data.path) ?? ''));
    else if (keys === undefined || keys === 'any') return undefined;
    else files.push(...keys);
  }
  return files.sort();
}
