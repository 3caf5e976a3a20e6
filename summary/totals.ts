import type { Manifest } from '../model/manifest.ts';
import { bytes, formatBytes, formatMillicores, millicores } from '../model/quantity.ts';

/** Resources of one workload, summed over its pods. */
export interface WorkloadAmounts {
  readonly name: string;
  readonly requestCpu: number;
  readonly requestMemory: number;
  /** undefined where a container has no CPU limit. */
  readonly limitCpu: number | undefined;
  readonly limitMemory: number;
}

/** A value inside plain data; undefined where the path leads nowhere. */
function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.entries(current).find(([key]) => key === step)?.[1];
  }
  return current;
}

function amounts(name: string, pods: number, resources: readonly unknown[]): WorkloadAmounts {
  const sum = (path: readonly string[], read: (text: string) => number): number =>
    pods *
    resources.reduce((total: number, one) => {
      const text = at(one, ...path);
      return total + (text === undefined ? 0 : read(String(text)));
    }, 0);
  const unlimited = resources.some((one) => at(one, 'limits', 'cpu') === undefined);
  return {
    name,
    requestCpu: sum(['requests', 'cpu'], millicores),
    requestMemory: sum(['requests', 'memory'], bytes),
    limitCpu: unlimited ? undefined : sum(['limits', 'cpu'], millicores),
    limitMemory: sum(['limits', 'memory'], bytes),
  };
}

/** What each workload reserves and may use, read from the manifests themselves. */
export function workloadAmounts(manifests: readonly Manifest[]): readonly WorkloadAmounts[] {
  return manifests.flatMap((manifest) => {
    const { name } = manifest.metadata;
    if (manifest.kind === 'Deployment') {
      const containers = at(manifest, 'spec', 'template', 'spec', 'containers');
      const resources = Array.isArray(containers)
        ? containers.map((one: unknown) => at(one, 'resources'))
        : [];
      return [amounts(name, Number(at(manifest, 'spec', 'replicas') ?? 1), resources)];
    }
    if (manifest.kind === 'Cluster') {
      return [amounts(name, Number(at(manifest, 'spec', 'instances')), [at(manifest, 'spec', 'resources')])];
    }
    return [];
  });
}

/** Storage asked for, by the object that asks. */
export function volumes(
  manifests: readonly Manifest[],
): readonly { readonly name: string; readonly size: string }[] {
  return manifests.flatMap((manifest) => {
    const { name } = manifest.metadata;
    if (manifest.kind === 'PersistentVolumeClaim') {
      return [{ name, size: String(at(manifest, 'spec', 'resources', 'requests', 'storage')) }];
    }
    if (manifest.kind === 'Cluster') {
      const instances = Number(at(manifest, 'spec', 'instances'));
      const size = String(at(manifest, 'spec', 'storage', 'size'));
      return [{ name, size: instances === 1 ? size : `${instances} × ${size}` }];
    }
    return [];
  });
}

/** The amounts of a line of the table of resources. */
export function amountCells(one: WorkloadAmounts): readonly string[] {
  return [
    formatMillicores(one.requestCpu),
    formatBytes(one.requestMemory),
    one.limitCpu === undefined ? 'none' : formatMillicores(one.limitCpu),
    formatBytes(one.limitMemory),
  ];
}

/** The sum of all workloads. A CPU limit only sums up where everybody has one. */
export function total(all: readonly WorkloadAmounts[]): WorkloadAmounts {
  const sum = (read: (one: WorkloadAmounts) => number): number => all.reduce((so, one) => so + read(one), 0);
  return {
    name: 'total',
    requestCpu: sum((one) => one.requestCpu),
    requestMemory: sum((one) => one.requestMemory),
    limitCpu: all.some((one) => one.limitCpu === undefined) ? undefined : sum((one) => one.limitCpu ?? 0),
    limitMemory: sum((one) => one.limitMemory),
  };
}
