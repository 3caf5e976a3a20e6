import { SECRET_LABELS, type SecretSpec } from '../system/secrets.ts';
import type { Workload } from '../topology/topology.ts';

/** The product's own mark in labels. */
const MANAGED_BY = 'matrix-gitops';
const PART_OF = 'matrix';

/** Something with a place in a stack: a workload, or what belongs to one. */
export type Labelled = Pick<Workload, 'id' | 'role' | 'instance'>;

/** The same in its namespace: what objects are named and labelled after. */
export type Owner = Labelled & Pick<Workload, 'namespace'>;

/** Labels of every object of a workload. Nothing in them changes with a release. */
export function labels(owner: Labelled): Record<string, string> {
  return {
    'app.kubernetes.io/name': owner.id,
    'app.kubernetes.io/instance': owner.instance,
    'app.kubernetes.io/component': owner.role,
    'app.kubernetes.io/part-of': PART_OF,
    'app.kubernetes.io/managed-by': MANAGED_BY,
  };
}

/** Labels of a Secret, which several workloads may read. */
export function secretLabels(
  stack: string,
  { name, labels: further = [] }: Pick<SecretSpec, 'name' | 'labels'>,
): Record<string, string> {
  return {
    ...labels({ id: name, role: 'secrets', instance: stack }),
    ...Object.fromEntries(further.map((label) => [label, SECRET_LABELS[label]])),
  };
}

/** A workload's own pods and no others. Immutable in Kubernetes: never anything that can change. */
export function workloadSelector(owner: Pick<Labelled, 'id' | 'instance'>): Record<string, string> {
  return { 'app.kubernetes.io/name': owner.id, 'app.kubernetes.io/instance': owner.instance };
}

/** All pods of a role in a stack: what Services, policies and monitors select, however many workloads there are. */
export function roleSelector(owner: Pick<Labelled, 'role' | 'instance'>): Record<string, string> {
  return { 'app.kubernetes.io/component': owner.role, 'app.kubernetes.io/instance': owner.instance };
}

/** Name, namespace and labels of an object that belongs to a workload. */
export function objectMeta(
  owner: Owner,
  name: string,
): { name: string; namespace: string; labels: Record<string, string> } {
  return { name, namespace: owner.namespace, labels: labels(owner) };
}
