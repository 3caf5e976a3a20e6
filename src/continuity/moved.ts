import { isRecord } from '../plain/data.ts';
import type { Manifest } from '../stack/manifest.ts';
import { isWorkload } from './facts.ts';

/** A workload that opens ports of its node, and is in another namespace than before. */
export interface MovedPods {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Call pods whose namespace changes. Nothing is lost with them, but the new pod cannot start on a node while the old one
 * has its ports.
 */
export function movedPods(before: readonly Manifest[], after: readonly Manifest[]): readonly MovedPods[] {
  return after.flatMap((manifest): readonly MovedPods[] => {
    const { kind, metadata } = manifest;
    const { name, namespace: to } = metadata;
    if (to === undefined || !isWorkload(manifest) || !opensNodePorts(manifest)) return [];
    const same = before.filter((one) => one.kind === kind && one.metadata.name === name);
    // One that was there before has not moved, whatever else has its name.
    if (same.some((one) => one.metadata.namespace === to)) return [];
    const from = same.find(opensNodePorts)?.metadata.namespace;
    return from === undefined ? [] : [{ name, from, to }];
  });
}

/** True for pods with a port of their node. */
function opensNodePorts({ spec }: Manifest): boolean {
  const template = isRecord(spec) ? spec.template : undefined;
  const pod = isRecord(template) ? template.spec : undefined;
  if (!isRecord(pod)) return false;
  if (pod.hostNetwork === true) return true;
  const containers: readonly unknown[] = Array.isArray(pod.containers) ? pod.containers : [];
  return containers.some((container) => {
    const ports = isRecord(container) ? container.ports : undefined;
    return Array.isArray(ports) && ports.some((one: unknown) => isRecord(one) && 'hostPort' in one);
  });
}
