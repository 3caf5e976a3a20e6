import { CONFIG_MAP, SECRET, SERVICE_ACCOUNT } from './keys.ts';
import type { KindKnowledge, MadeObject } from './kind.ts';

const namespace: KindKnowledge = {
  group: '',
  kind: 'Namespace',
  names: { form: 'label' },
  // Everything in it goes with it.
  holdsData: true,
};

const definition: KindKnowledge = {
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  // All objects of its kind go with it, in every namespace.
  holdsData: true,
};

const configMap: KindKnowledge = { group: '', kind: 'ConfigMap', keys: ['data', 'binaryData'] };

const secret: KindKnowledge = {
  group: '',
  kind: 'Secret',
  keys: ['data', 'stringData'],
  keeps: ['data', 'stringData'],
};

const service: KindKnowledge = {
  group: '',
  kind: 'Service',
  names: { form: 'label-1035' },
  ports: 'spec.ports',
  selects: [{ field: 'spec.selector', form: 'labels', of: 'pods' }],
  notChecked: { 'spec.externalName': 'is a name of DNS' },
};

const claim: KindKnowledge = {
  group: '',
  kind: 'PersistentVolumeClaim',
  // A class that binds on first use waits for a pod.
  readiness: { isAwaited: false },
  holdsData: true,
  immutable: [
    { field: 'spec.resources.requests.storage', is: 'size' },
    { field: 'spec.storageClassName', is: 'place', unwritten: 'cluster default' },
    { field: 'spec.volumeName', is: 'place' },
    { field: 'spec.volumeMode', is: 'place' },
    { field: 'spec.accessModes', is: 'place' },
  ],
  amounts: { volume: 'spec.resources.requests.storage' },
  notChecked: {
    'spec.storageClassName': 'belongs to the cluster',
    'spec.volumeAttributesClassName': 'belongs to the cluster',
    'spec.volumeName': 'belongs to the cluster',
    'spec.dataSource': 'is a snapshot or a claim of before, which nobody renders',
    'spec.dataSourceRef': 'is a snapshot or a claim of before, which nobody renders',
  },
};

const serviceAccount: KindKnowledge = {
  group: '',
  kind: 'ServiceAccount',
  references: [{ field: 'imagePullSecrets[].name', to: SECRET, atGroup: true }],
  notChecked: { 'secrets[].name': 'is written by Kubernetes' },
};

/** What Kubernetes itself puts into every namespace. */
export const IN_EVERY_NAMESPACE: readonly MadeObject[] = [
  { kind: CONFIG_MAP, name: 'kube-root-ca.crt', keys: ['ca.crt'] },
  { kind: SERVICE_ACCOUNT, name: 'default' },
];

/** Core kinds without pods. */
export const core: readonly KindKnowledge[] = [
  namespace,
  definition,
  configMap,
  secret,
  service,
  claim,
  serviceAccount,
];
