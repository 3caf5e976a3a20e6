import { suggestion } from '../../model/nearest.ts';
import { at, type Data, type Item, items, list, text } from '../reading/data.ts';
import type { Container, PodTemplate } from '../reading/pods.ts';
import {
  existing,
  namesIn,
  type References,
  requireConfigMap,
  requireSecret,
  requireService,
} from './context.ts';

/** Checks what a pod needs to start: Secrets, ConfigMaps, claims, volumes, its ServiceAccount. */
export function checkPod(pod: PodTemplate, refs: References): void {
  const { owner, spec, path } = pod;
  checkAccount(pod, refs);
  for (const { path: field, data } of items(spec.imagePullSecrets, `${path}.imagePullSecrets`)) {
    requireSecret(refs, owner, field, text(data.name) ?? '');
  }
  for (const volume of items(spec.volumes, `${path}.volumes`)) checkVolume(pod, volume, refs);
  for (const container of pod.containers) {
    checkEnvironment(pod, container, refs);
    checkMounts(pod, container, refs);
  }
  const service = text(at(owner.data, 'spec', 'serviceName'));
  if (owner.kind === 'StatefulSet' && service !== undefined && service !== '') {
    requireService(refs, owner, { path: 'spec.serviceName', namespace: owner.namespace, name: service });
  }
}

function checkAccount({ owner, spec, path }: PodTemplate, { inventory, report }: References): void {
  const name = text(spec.serviceAccountName) ?? 'default';
  if (name === 'default' || inventory.serviceAccounts.has(`${owner.namespace}/${name}`)) return;
  const hint = suggestion(name, namesIn(inventory.serviceAccounts, owner.namespace));
  const what = `names ServiceAccount "${name}", which does not exist in namespace ${owner.namespace}`;
  const names = namesIn(inventory.serviceAccounts, owner.namespace);
  report(owner, `${path}.serviceAccountName`, what, `${hint}${existing('ServiceAccounts', names)}`);
}

function checkVolume({ owner }: PodTemplate, volume: Item, refs: References): void {
  for (const source of [
    volume,
    ...items(at(volume.data, 'projected', 'sources'), `${volume.path}.projected.sources`),
  ]) {
    const { secret, configMap } = source.data;
    if (secret !== undefined && at(secret, 'optional') !== true) {
      const field = source === volume ? 'secretName' : 'name';
      const place = `${source.path}.secret`;
      requireSecret(refs, owner, `${place}.${field}`, text(at(secret, field)) ?? '', itemKeys(secret, place));
    }
    if (configMap !== undefined && at(configMap, 'optional') !== true) {
      const place = `${source.path}.configMap`;
      requireConfigMap(
        refs,
        owner,
        `${place}.name`,
        text(at(configMap, 'name')) ?? '',
        itemKeys(configMap, place),
      );
    }
  }
  const claim = text(at(volume.data, 'persistentVolumeClaim', 'claimName'));
  if (claim !== undefined && !refs.inventory.claims.has(`${owner.namespace}/${claim}`)) {
    const hint = suggestion(claim, namesIn(refs.inventory.claims.keys(), owner.namespace));
    const what = `names PersistentVolumeClaim "${claim}", which does not exist in namespace ${owner.namespace}`;
    refs.report(
      owner,
      `${volume.path}.persistentVolumeClaim.claimName`,
      what,
      `${hint}${existing('PersistentVolumeClaims', namesIn(refs.inventory.claims.keys(), owner.namespace))}`,
    );
  }
}

function itemKeys(source: unknown, path: string): readonly { path: string; key: string }[] {
  return list(at(source, 'items')).map((item, index) => ({
    path: `${path}.items[${index}].key`,
    key: text(at(item, 'key')) ?? '',
  }));
}

function checkEnvironment({ owner }: PodTemplate, { data, path }: Container, refs: References): void {
  for (const env of items(data.env, `${path}.env`)) {
    const from = `${env.path}.valueFrom`;
    const secret = at(env.data, 'valueFrom', 'secretKeyRef');
    const configMap = at(env.data, 'valueFrom', 'configMapKeyRef');
    if (secret !== undefined && at(secret, 'optional') !== true) {
      const key = { path: `${from}.secretKeyRef.key`, key: text(at(secret, 'key')) ?? '' };
      requireSecret(refs, owner, `${from}.secretKeyRef.name`, text(at(secret, 'name')) ?? '', [key]);
    }
    if (configMap !== undefined && at(configMap, 'optional') !== true) {
      const key = { path: `${from}.configMapKeyRef.key`, key: text(at(configMap, 'key')) ?? '' };
      requireConfigMap(refs, owner, `${from}.configMapKeyRef.name`, text(at(configMap, 'name')) ?? '', [key]);
    }
  }
  for (const source of items(data.envFrom, `${path}.envFrom`)) {
    const { secretRef, configMapRef } = source.data;
    if (secretRef !== undefined && at(secretRef, 'optional') !== true) {
      requireSecret(refs, owner, `${source.path}.secretRef.name`, text(at(secretRef, 'name')) ?? '');
    }
    if (configMapRef !== undefined && at(configMapRef, 'optional') !== true) {
      requireConfigMap(refs, owner, `${source.path}.configMapRef.name`, text(at(configMapRef, 'name')) ?? '');
    }
  }
}

function checkMounts(pod: PodTemplate, { data, path }: Container, { inventory, report }: References): void {
  const volumes = new Map<string, Data>();
  const templates = items(at(pod.owner.data, 'spec', 'volumeClaimTemplates'), '');
  for (const it of templates) volumes.set(text(at(it.data, 'metadata', 'name')) ?? '', {});
  for (const it of items(pod.spec.volumes, '')) volumes.set(text(it.data.name) ?? '', it.data);
  for (const mount of items(data.volumeMounts, `${path}.volumeMounts`)) {
    const name = text(mount.data.name) ?? '';
    const volume = volumes.get(name);
    if (volume === undefined) {
      const what = `names volume "${name}", which the pod does not have`;
      report(
        pod.owner,
        `${mount.path}.name`,
        what,
        `${suggestion(name, volumes.keys())}add it to ${pod.path}.volumes`,
      );
      continue;
    }
    const subPath = text(mount.data.subPath);
    const files = filesOf(volume, pod.owner.namespace, inventory);
    if (subPath === undefined || files === undefined) continue;
    if (files.some((file) => file === subPath || file.startsWith(`${subPath}/`))) continue;
    const what = `is "${subPath}", which volume "${name}" does not hold: the container would find an empty folder`;
    report(
      pod.owner,
      `${mount.path}.subPath`,
      what,
      `${suggestion(subPath, files)}it holds: ${files.join(', ')}`,
    );
  }
}

/** The files of a volume that comes from Secrets and ConfigMaps; undefined where they are not known. */
function filesOf(
  volume: Data,
  namespace: string,
  inventory: References['inventory'],
): readonly string[] | undefined {
  const sources =
    volume.projected === undefined
      ? [volume]
      : items(at(volume.projected, 'sources'), '').map((it) => it.data);
  const files: string[] = [];
  for (const source of sources) {
    const part = source.secret ?? source.configMap;
    if (part === undefined) return undefined;
    const name = text(at(part, 'secretName')) ?? text(at(part, 'name')) ?? '';
    const known = source.secret === undefined ? inventory.configMaps : inventory.secrets;
    const chosen = at(part, 'items');
    const keys = known.get(`${namespace}/${name}`);
    if (chosen !== undefined) files.push(...items(chosen, '').map((it) => text(it.data.path) ?? ''));
    else if (keys === undefined || keys === 'any') return undefined;
    else files.push(...keys);
  }
  return files.sort();
}
