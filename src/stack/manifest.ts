import { isRecord } from '../plain/data.ts';
/** One Kubernetes object as it will be written: plain JSON data, nothing of the library that made it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ManifestMetadata;
  readonly [field: string]: unknown;
}

/** The part of `metadata` that every object of this project may carry. */
export interface ManifestMetadata {
  readonly name: string;
  /** Absent on cluster-scoped objects and on kustomization.yaml files. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a Kubernetes object is called: nothing else in the cluster has all four the same. */
export interface ObjectId {
  /** Its API group; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

/** The id of an object. */
export function objectId({ apiVersion, kind, metadata }: Manifest): ObjectId {
  return { group: groupOf(apiVersion), kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** The API group of an apiVersion: `apps` of `apps/v1`, nothing of `v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** For people: `Deployment/matrix/synapse`, or `Namespace/matrix` without a namespace. */
export function objectText({ kind, namespace, name }: ObjectId): string {
  return [kind, namespace, name].filter((part) => part !== '').join('/');
}

/** The same for two ids only where they are of one object. */
export function objectKey({ group, kind, namespace, name }: ObjectId): string {
  return JSON.stringify([group, kind, namespace, name]);
}

/** A YAML file of a stack's folder and the objects in it, in the order they are written. */
export interface ManifestFile {
  /** Path below `dist/<stack>/` (or below `dist/` for the Flux file), with forward slashes. */
  readonly path: string;
  readonly manifests: readonly Manifest[];
}

/** True for plain data with what every object must have: apiVersion, kind and a name. */
export function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || !isRecord(value.metadata)) return false;
  return (
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    typeof value.metadata.name === 'string'
  );
}
