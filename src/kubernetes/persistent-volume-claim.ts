import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { ChartFile } from './chart-file.ts';
import { NEVER_PRUNE } from './flux-annotations.ts';
import { type Owner, objectMeta } from './labels.ts';

/** What a claim asks for. */
export interface ClaimProps {
  readonly name: string;
  readonly size: string;
  /** @default - the cluster's default class */
  readonly storageClass?: string;
}

/** A volume for one node at a time, which Flux never deletes. */
export function persistentVolumeClaim(file: ChartFile, owner: Owner, props: ClaimProps): void {
  new k8s.KubePersistentVolumeClaim(file, props.name, {
    metadata: { ...objectMeta(owner, props.name), annotations: NEVER_PRUNE },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(props.storageClass === undefined ? {} : { storageClassName: props.storageClass }),
      resources: { requests: { storage: k8s.Quantity.fromString(props.size) } },
    },
  });
}
