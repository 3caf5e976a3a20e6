import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';

/** A volume and where a container sees it. Mounts of one name share the volume. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  /** One file or folder of the volume instead of all of it; such a mount never follows a change of the volume. */
  readonly subPath?: string;
  readonly readOnly: boolean;
  readonly volume: Omit<k8s.Volume, 'name'>;
}

/** Files of a ConfigMap. */
export function configFiles(
  name: string,
  configMapName: string,
  path: string,
  keys: readonly string[],
): Mount {
  return {
    name,
    path,
    readOnly: true,
    volume: { configMap: { name: configMapName, items: keys.map((key) => ({ key, path: key })) } },
  };
}

/** One file of a ConfigMap over a file of the image. */
export function configFile(name: string, configMapName: string, path: string, key: string): Mount {
  return { ...configFiles(name, configMapName, path, [key]), subPath: key };
}

/** Keys of a Secret as files that only the pod's own group may read (0440; a volume's default lets everybody). */
export function secretFiles(
  name: string,
  secretName: string,
  path: string,
  keys: readonly string[],
  optional = false,
): Mount {
  return {
    name,
    path,
    readOnly: true,
    volume: {
      secret: {
        secretName,
        defaultMode: 0o440,
        items: keys.map((key) => ({ key, path: key })),
        ...(optional ? { optional } : {}),
      },
    },
  };
}

/** A file of a ConfigMap or Secret, and its name in a volume. */
export type FileSource =
  | { readonly configMap: string; readonly key: string; readonly as: string }
  | { readonly secret: string; readonly key: string; readonly as: string };

/**
 * Files of several ConfigMaps and Secrets, each at a path of its own, in one volume. Those of Secrets only the pod's own
 * group may read.
 */
export function filesFrom(
  name: string,
  sources: readonly FileSource[],
  files: readonly { readonly path: string; readonly file: string }[],
): readonly Mount[] {
  const configMaps = new Map<string, k8s.KeyToPath[]>();
  const secrets = new Map<string, k8s.KeyToPath[]>();
  for (const one of sources) {
    const [items, from] = 'secret' in one ? [secrets, one.secret] : [configMaps, one.configMap];
    const item = { key: one.key, path: one.as, ...('secret' in one ? { mode: 0o440 } : {}) };
    items.set(from, [...(items.get(from) ?? []), item]);
  }
  const volume = {
    projected: {
      sources: [
        ...[...configMaps].map(([from, items]) => ({ configMap: { name: from, items } })),
        ...[...secrets].map(([from, items]) => ({ secret: { name: from, items } })),
      ],
    },
  };
  return files.map(({ path, file }) => ({ name, path, subPath: file, readOnly: true, volume }));
}

/**
 * A writable folder that goes with the pod.
 *
 * @param sizeLimit Kubernetes size; a pod that writes more is evicted
 * @param inMemory counts against the memory limit
 */
export function scratch(name: string, path: string, sizeLimit: string, inMemory = false): Mount {
  return {
    name,
    path,
    readOnly: false,
    volume: {
      emptyDir: { ...(inMemory ? { medium: 'Memory' } : {}), sizeLimit: k8s.Quantity.fromString(sizeLimit) },
    },
  };
}

/** A persistent volume. */
export function claim(name: string, claimName: string, path: string): Mount {
  return { name, path, readOnly: false, volume: { persistentVolumeClaim: { claimName } } };
}

/** The pod's volumes for its mounts, by name. */
export function volumes(mounts: readonly Mount[]): k8s.Volume[] {
  const byName = new Map(mounts.map((mount) => [mount.name, { name: mount.name, ...mount.volume }]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The container's side of its mounts, by path. */
export function volumeMounts(mounts: readonly Mount[]): k8s.VolumeMount[] {
  return mounts
    .map(({ name, path, subPath, readOnly }) => ({
      name,
      mountPath: path,
      ...(subPath === undefined ? {} : { subPath }),
      ...(readOnly ? { readOnly } : {}),
    }))
    .sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1));
}
