import { components } from '../../charts/index.ts';
import { isOf, kindOf } from '../kinds/index.ts';
import { CONFIG_MAP } from '../kinds/keys.ts';
import { places } from '../kinds/places.ts';
import { at, isRecord, list, text } from '../plain/data.ts';
import type { Manifest } from '../stack/manifest.ts';
import { yamlDocuments } from '../stack/yaml-documents.ts';
import type { ConfiguredPort, Environment } from '../system/opened-ports.ts';
import type { Port, Workload } from '../topology/topology.ts';

/** Who says which ports the configuration of its programs opens. */
const OPENS = Object.values(components).flatMap(({ opensPorts }) => opensPorts);

/** The ports that a workload's finished configuration opens; undefined where none says so. */
export type ConfiguredPorts = (workload: Workload) => readonly ConfiguredPort[] | undefined;

/** Reads the ports of all programs from the configuration that their pods mount, and from their environment. */
export function configuredPorts(manifests: readonly Manifest[]): ConfiguredPorts {
  /** Files of ConfigMaps as data, each read once. */
  const files = new Map<string, unknown>();
  const names = new Set(OPENS.flatMap((one) => ('file' in one ? [one.file] : [])));
  for (const manifest of manifests) {
    const { metadata, data } = manifest;
    if (!isOf(manifest, CONFIG_MAP) || !isRecord(data)) continue;
    for (const file of names) {
      const text = Object.hasOwn(data, file) ? data[file] : undefined;
      if (typeof text === 'string') files.set(`${metadata.namespace}/${metadata.name}/${file}`, parsed(text));
    }
  }
  return ({ id, role, namespace }) => {
    const owner = manifests.find(
      (one) =>
        kindOf(one)?.pod?.replaced === true &&
        one.metadata.name === id &&
        one.metadata.namespace === namespace,
    );
    const found = OPENS.filter((one) => one.role === role).flatMap((one) =>
      'file' in one
        ? configMapsOf(owner).flatMap((name) => {
            const path = `${namespace}/${name}/${one.file}`;
            return files.has(path) ? one.read(files.get(path)) : [];
          })
        : one.readEnvironment(environmentOf(owner, manifests)),
    );
    return found.length === 0 ? undefined : found;
  };
}

/** The variables of a workload's containers, as Kubernetes puts them together: those by name win. */
function environmentOf(owner: Manifest | undefined, manifests: readonly Manifest[]): Environment {
  const found: Record<string, string> = {};
  const pod = at(owner, ...(owner === undefined ? [] : (kindOf(owner)?.pod?.template ?? [])), 'spec');
  for (const container of list(at(pod, 'containers'))) {
    for (const one of list(at(container, 'envFrom'))) {
      const name = text(at(one, 'configMapRef', 'name'));
      const config = manifests.find(
        (other) =>
          isOf(other, CONFIG_MAP) &&
          other.metadata.name === name &&
          other.metadata.namespace === owner?.metadata.namespace,
      );
      for (const [key, value] of Object.entries(config?.data ?? {})) {
        if (typeof value === 'string') found[key] = value;
      }
    }
    for (const one of list(at(container, 'env'))) {
      const [name, value] = [text(at(one, 'name')), text(at(one, 'value'))];
      if (name !== undefined && value !== undefined) found[name] = value;
    }
  }
  return found;
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

/** Names of the ConfigMaps that a workload's pods read. */
function configMapsOf(owner: Manifest | undefined): readonly string[] {
  if (owner === undefined) return [];
  return (kindOf(owner)?.references ?? [])
    .filter(({ to }) => to === CONFIG_MAP)
    .flatMap(({ field }) => places(owner, field))
    .flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}
