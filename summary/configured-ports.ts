import type { Manifest } from '../model/manifest.ts';
import { isGroup } from '../model/merge-patch.ts';
import type { Port, Workload } from '../model/topology.ts';
import { yamlDocuments } from '../model/yaml-documents.ts';
import {
  type ConfiguredPort,
  type Environment,
  PORTS_BY_FILE,
  PORTS_BY_ROLE,
} from '../settings/opened-ports.ts';

/** The ports that a workload's finished configuration opens; undefined where none says so. */
export type ConfiguredPorts = (workload: Workload) => readonly ConfiguredPort[] | undefined;

/** Reads the ports of all programs from the configuration that their pods mount, and from their environment. */
export function configuredPorts(manifests: readonly Manifest[]): ConfiguredPorts {
  const configs = new Map<string, readonly ConfiguredPort[]>();
  for (const { kind, metadata, data } of manifests) {
    if (kind !== 'ConfigMap' || !isGroup(data)) continue;
    for (const [file, read] of Object.entries(PORTS_BY_FILE)) {
      const text = Object.hasOwn(data, file) ? data[file] : undefined;
      if (typeof text !== 'string') continue;
      configs.set(`${metadata.namespace}/${metadata.name}`, read(parsed(text)));
    }
  }
  return ({ id, role, namespace }) => {
    const owner = manifests.find(
      ({ kind, metadata }) =>
        kind === 'Deployment' && metadata.name === id && metadata.namespace === namespace,
    );
    const found = configMapsOf(owner).flatMap((name) => [...(configs.get(`${namespace}/${name}`) ?? [])]);
    const read = Object.hasOwn(PORTS_BY_ROLE, role) ? PORTS_BY_ROLE[role] : undefined;
    if (read !== undefined) found.push(...read(environmentOf(owner, manifests)));
    return found.length === 0 ? undefined : found;
  };
}

/** The variables of a workload's containers, as Kubernetes puts them together: those by name win. */
function environmentOf(owner: Manifest | undefined, manifests: readonly Manifest[]): Environment {
  const found: Record<string, string> = {};
  const containers = step(podOf(owner), 'containers');
  for (const container of Array.isArray(containers) ? containers : []) {
    const from = step(container, 'envFrom');
    for (const one of Array.isArray(from) ? from : []) {
      const name = step(step(one, 'configMapRef'), 'name');
      const config = manifests.find(
        ({ kind, metadata }) =>
          kind === 'ConfigMap' && metadata.name === name && metadata.namespace === owner?.metadata.namespace,
      );
      for (const [key, value] of Object.entries(config?.data ?? {})) {
        if (typeof value === 'string') found[key] = value;
      }
    }
    const env = step(container, 'env');
    for (const one of Array.isArray(env) ? env : []) {
      const [name, value] = [step(one, 'name'), step(one, 'value')];
      if (typeof name === 'string' && typeof value === 'string') found[name] = value;
    }
  }
  return found;
}

function podOf(owner: Manifest | undefined): unknown {
  return step(step(step(owner, 'spec'), 'template'), 'spec');
}

/** True where both are the same ports. */
export function isSamePort(a: Omit<ConfiguredPort, 'why' | 'isForClients'>, b: Port): boolean {
  const last = ({ number, last: end = number }: Pick<Port, 'number' | 'last'>): number => end;
  return a.number === b.number && last(a) === last(b) && a.protocol === b.protocol;
}

/** What cannot be read is an error elsewhere. */
function parsed(text: string): unknown {
  try {
    return yamlDocuments(text)[0];
  } catch {
    return undefined;
  }
}

/** Names of the ConfigMaps that a workload's pods mount. */
function configMapsOf(owner: Manifest | undefined): readonly string[] {
  const volumes = step(podOf(owner), 'volumes');
  if (!Array.isArray(volumes)) return [];
  return volumes.flatMap((volume: unknown) => {
    const name = step(step(volume, 'configMap'), 'name');
    return typeof name === 'string' ? [name] : [];
  });
}

function step(value: unknown, key: string): unknown {
  return isGroup(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
