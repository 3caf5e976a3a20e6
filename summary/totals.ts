import type { Manifest } from '../model/manifest.ts';
import { formatBytes, formatMillicores, parseQuantity } from '../model/quantity.ts';

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
    current = Object.getOwnPropertyDescriptor(current, step)?.value;
  }
  return current;
}

/** How many there are; 0 for what is no number, which the rules report. */
function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function amounts(name: string, pods: number, resources: readonly unknown[]): WorkloadAmounts {
  // What is no amount is an error of its own: here it counts for nothing.
  const sum = (path: readonly string[]): number =>
    pods * resources.reduce((total: number, one) => total + (parseQuantity(at(one, ...path)) ?? 0), 0);
  const unlimited = resources.some((one) => at(one, 'limits', 'cpu') === undefined);
  const cpu = (path: readonly string[]): number => Math.round(sum(path) * 1000);
  return {
    name,
    requestCpu: cpu(['requests', 'cpu']),
    requestMemory: sum(['requests', 'memory']),
    limitCpu: unlimited ? undefined : cpu(['limits', 'cpu']),
    limitMemory: sum(['limits', 'memory']),
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
      return [amounts(name, count(at(manifest, 'spec', 'replicas') ?? 1), resources)];
    }
    if (manifest.kind === 'Cluster') {
      return [amounts(name, count(at(manifest, 'spec', 'instances')), [at(manifest, 'spec', 'resources')])];
    }
    return [];
  });
}

/** A size as it is written; `?` for what is none, which the rules report. */
function size(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}

/** Storage asked for, by the object that asks. */
export function volumes(
  manifests: readonly Manifest[],
): readonly { readonly name: string; readonly size: string }[] {
  return manifests.flatMap((manifest) => {
    const { name } = manifest.metadata;
    if (manifest.kind === 'PersistentVolumeClaim') {
      return [{ name, size: size(at(manifest, 'spec', 'resources', 'requests', 'storage')) }];
    }
    if (manifest.kind === 'Cluster') {
      const instances = count(at(manifest, 'spec', 'instances'));
      const each = size(at(manifest, 'spec', 'storage', 'size'));
      return [{ name, size: instances === 1 ? each : `${instances} × ${each}` }];
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
