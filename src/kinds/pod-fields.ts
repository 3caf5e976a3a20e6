import { environment, projected } from './by-key.ts';
import { CLAIM, CONFIG_MAP, SECRET, SERVICE_ACCOUNT } from './keys.ts';
import type { Field, KindKnowledge, PodKnowledge, Reference } from './kind.ts';

/** What a pod needs to start, below its spec. */
const REFERENCES: readonly Reference[] = [
  { field: 'serviceAccountName', to: SERVICE_ACCOUNT },
  { field: 'imagePullSecrets[].name', to: SECRET, atGroup: true },
  { field: 'volumes[].secret.secretName', to: SECRET, key: 'items[].key', optional: true },
  { field: 'volumes[].configMap.name', to: CONFIG_MAP, key: 'items[].key', optional: true },
  ...projected('volumes[].projected.sources[]'),
  { field: 'volumes[].persistentVolumeClaim.claimName', to: CLAIM },
  { field: 'volumes[].azureFile.secretName', to: SECRET },
  { field: 'volumes[].csi.nodePublishSecretRef.name', to: SECRET },
  ...['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'].map((driver) => ({
    field: `volumes[].${driver}.secretRef.name`,
    to: SECRET,
  })),
  ...environment('initContainers[]'),
  ...environment('containers[]'),
];

const IN_POD = 'names a part of the same pod';
const OF_CLUSTER = 'belongs to the cluster';
const OUTSIDE = 'names something outside of Kubernetes';

const NOT_CHECKED: Readonly<Record<Field, string>> = {
  'containers[].volumeMounts': `${IN_POD}, which MR004 looks up itself`,
  'initContainers[].volumeMounts': `${IN_POD}, which MR004 looks up itself`,
  'containers[].volumeDevices': IN_POD,
  'initContainers[].volumeDevices': IN_POD,
  ephemeralContainers: 'is only added to a running pod',
  nodeName: OF_CLUSTER,
  priorityClassName: OF_CLUSTER,
  runtimeClassName: OF_CLUSTER,
  schedulerName: OF_CLUSTER,
  resourceClaims: `${OF_CLUSTER}: devices are set up by its administrators`,
  'schedulingGates[].name': 'is a word that a controller waits for',
  'schedulingGroup.podGroupName': OF_CLUSTER,
  'volumes[].ephemeral.volumeClaimTemplate':
    'is a claim of its own, of which storage classes belong to the cluster',
  'volumes[].azureDisk': OUTSIDE,
  'volumes[].azureFile.shareName': OUTSIDE,
  'volumes[].flocker': OUTSIDE,
  'volumes[].gcePersistentDisk': OUTSIDE,
  'volumes[].iscsi.initiatorName': OUTSIDE,
  'volumes[].scaleIO.volumeName': OUTSIDE,
  'volumes[].storageos.volumeName': OUTSIDE,
  'volumes[].vsphereVolume': OUTSIDE,
  'volumes[].projected.sources[].clusterTrustBundle': OF_CLUSTER,
  'volumes[].projected.sources[].podCertificate': OF_CLUSTER,
};

type PodFields = Required<Pick<KindKnowledge, 'pod' | 'references' | 'notChecked'>>;

/**
 * What every kind with a pod template knows of its pods.
 *
 * @param more what the kind itself refers to
 */
export function podFields(pod: PodKnowledge, more: readonly Reference[] = []): PodFields {
  const prefix = [...pod.template, 'spec'].join('.');
  return {
    pod,
    references: [...REFERENCES.map((one) => ({ ...one, field: `${prefix}.${one.field}` })), ...more],
    notChecked: Object.fromEntries(
      Object.entries(NOT_CHECKED).map(([field, why]) => [`${prefix}.${field}`, why]),
    ),
  };
}
