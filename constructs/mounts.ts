import { k8s } from 'cdk8s-plus-28';

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
