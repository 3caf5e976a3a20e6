import { kindOf } from '../kinds/index.ts';
import type { Amounts, KindKnowledge } from '../kinds/kind.ts';
import { places } from '../kinds/places.ts';
import { at, list } from '../plain/data.ts';
import { formatBytes, formatMillicores, parseQuantity } from '../plain/quantity.ts';
import type { Manifest } from '../stack/manifest.ts';

/** Resources of one workload, summed over its pods. */
export interface WorkloadAmounts {
  readonly name: string;
  readonly requestCpu: number;
  readonly requestMemory: number;
  /** undefined where a container has no CPU limit. */
  readonly limitCpu: number | undefined;
  readonly limitMemory: number;
}

/** How many there are; 0 if it is not a number, which the rules report. */
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
    const knowledge = kindOf(manifest);
    if (knowledge?.amounts?.pods === undefined) return [];
    const resources = resourcesOf(manifest, knowledge);
    return [amounts(manifest.metadata.name, podsOf(manifest, knowledge.amounts) ?? 0, resources)];
  });
}

/** How many pods an object runs; undefined where it runs none. */
function podsOf(manifest: Manifest, { pods }: Amounts): number | undefined {
  return pods === undefined ? undefined : count(at(manifest, ...pods.field.split('.')) ?? pods.unwritten);
}

/** The resources of each container of a pod. */
function resourcesOf(manifest: Manifest, { pod, amounts: known }: KindKnowledge): readonly unknown[] {
  if (known?.resources !== undefined) return [at(manifest, ...known.resources.split('.'))];
  const containers = pod === undefined ? [] : list(at(manifest, ...pod.template, 'spec', 'containers'));
  return containers.map((one) => at(one, 'resources'));
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
    const known = kindOf(manifest)?.amounts;
    if (known?.volume === undefined) return [];
    const pods = podsOf(manifest, known) ?? 1;
    return places(manifest, known.volume).map(({ value }) => ({
      name: manifest.metadata.name,
      size: pods === 1 ? size(value) : `${pods} × ${size(value)}`,
    }));
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
