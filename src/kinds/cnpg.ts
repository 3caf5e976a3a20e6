import { at, type Data, text, textMap, texts } from '../plain/data.ts';
import { configMapKey, environment, projected, secretKey, variables } from './by-key.ts';
import { CONFIG_MAP, DATABASE_CLUSTER, OBJECT_STORE, SECRET, SERVICE, SERVICE_ACCOUNT } from './keys.ts';
import {
  condition,
  type Field,
  type Immutable,
  type KindKnowledge,
  type MadeObject,
  type Reference,
} from './kind.ts';

/** https://cloudnative-pg.io/documentation/current/applications/ */
const LOGIN_KEYS = [
  'dbname',
  'fqdn-jdbc-uri',
  'fqdn-uri',
  'host',
  'jdbc-uri',
  'password',
  'pgpass',
  'port',
  'uri',
  'user',
  'username',
];

/** What a Cluster makes in its namespace, all called after it. */
function madeForCluster({ metadata, spec }: Data): readonly MadeObject[] {
  const name = text(at(metadata, 'name')) ?? '';
  const disabled = texts(at(spec, 'managed', 'services', 'disabledDefaultServices'));
  const secret = (suffix: string, keys: readonly string[]): MadeObject => ({
    kind: SECRET,
    name: `${name}-${suffix}`,
    keys,
  });
  return [
    // With a Secret of the user's own there is no generated one.
    ...(at(spec, 'bootstrap', 'initdb', 'secret') === undefined ? [secret('app', LOGIN_KEYS)] : []),
    ...(at(spec, 'enableSuperuserAccess') === true ? [secret('superuser', LOGIN_KEYS)] : []),
    secret('ca', ['ca.crt', 'ca.key']),
    { kind: SERVICE_ACCOUNT, name },
    ...['rw', 'ro', 'r']
      .filter((type) => !disabled.includes(type))
      .map((type) => ({
        kind: SERVICE,
        name: `${name}-${type}`,
        ports: [{ name: 'postgres', number: 5432 }],
      })),
  ];
}

const login = (group: Field): Reference => ({
  field: `${group}.name`,
  to: SECRET,
  needs: ['username', 'password'],
});

/** How an object store is reached. */
const objectStore = (field: Field): readonly Reference[] =>
  [
    'azureCredentials.connectionString',
    'azureCredentials.storageAccount',
    'azureCredentials.storageKey',
    'azureCredentials.storageSasToken',
    'endpointCA',
    'googleCredentials.applicationCredentials',
    's3Credentials.accessKeyId',
    's3Credentials.region',
    's3Credentials.secretAccessKey',
    's3Credentials.sessionToken',
  ].map((group) => secretKey(`${field}.${group}`));

const IN_DATABASE = 'names something inside the database';
const OF_CLUSTER = 'belongs to the cluster';
const IN_STORE = 'names something inside the object store';

/** What a database keeps as it was when it was made, in CloudNativePG's words. */
const SORTING = ['encoding', 'localeCollate', 'localeCType'];

const identity =
  (group: Field) =>
  (key: string): Immutable => ({ field: `${group}.${key}`, is: 'identity' });

const cluster: KindKnowledge = {
  group: 'postgresql.cnpg.io',
  kind: 'Cluster',
  readiness: { current: condition('Ready', 'True') },
  // Its webhook: https://github.com/cloudnative-pg/cloudnative-pg internal/webhook
  names: { form: 'label-1035', max: 50 },
  holdsData: true,
  immutable: [
    { field: 'spec.storage.size', is: 'size' },
    { field: 'spec.storage.storageClass', is: 'place', unwritten: 'cluster default' },
    { field: 'spec.walStorage.size', is: 'size' },
    { field: 'spec.walStorage.storageClass', is: 'place' },
    // The first that says one counts.
    { field: 'spec.imageName', is: 'major' },
    { field: 'spec.imageCatalogRef.major', is: 'major' },
    ...['database', 'owner', ...SORTING].map(identity('spec.bootstrap.initdb')),
  ],
  amounts: {
    pods: { field: 'spec.instances', unwritten: 1 },
    resources: 'spec.resources',
    volume: 'spec.storage.size',
  },
  images: ['spec.imageName'],
  makes: madeForCluster,
  makesPods: {
    labels: ({ metadata, spec }) => ({
      ...textMap(at(spec, 'inheritedMetadata', 'labels')),
      'cnpg.io/cluster': text(at(metadata, 'name')) ?? '',
      'cnpg.io/podRole': 'instance',
    }),
    prefix: 'cnpg.io/',
    // Which pod is primary changes at run time.
    changing: /^(cnpg\.io\/(instanceRole|instanceName)|role)$/,
  },
  references: [
    login('spec.bootstrap.initdb.secret'),
    login('spec.bootstrap.pg_basebackup.secret'),
    login('spec.bootstrap.recovery.secret'),
    login('spec.superuserSecret'),
    login('spec.managed.roles[].passwordSecret'),
    { field: 'spec.imagePullSecrets[].name', to: SECRET, atGroup: true },
    ...['password', 'sslCert', 'sslKey', 'sslRootCert'].map((key) =>
      secretKey(`spec.externalClusters[].${key}`),
    ),
    ...['postInitSQLRefs', 'postInitApplicationSQLRefs', 'postInitTemplateSQLRefs'].flatMap((key) => [
      secretKey(`spec.bootstrap.initdb.${key}.secretRefs[]`),
      configMapKey(`spec.bootstrap.initdb.${key}.configMapRefs[]`),
    ]),
    secretKey('spec.bootstrap.recovery.backup.endpointCA'),
    ...['clientCASecret', 'replicationTLSSecret', 'serverCASecret', 'serverTLSSecret'].map((key) => ({
      field: `spec.certificates.${key}`,
      to: SECRET,
    })),
    secretKey('spec.postgresql.ldap.bindSearchAuth.bindPassword'),
    { field: 'spec.monitoring.customQueriesConfigMap[].name', to: CONFIG_MAP, key: 'key' },
    { field: 'spec.monitoring.customQueriesSecret[].name', to: SECRET, key: 'key' },
    ...environment('spec'),
    ...projected('spec.projectedVolumeTemplate.sources[]'),
    { field: 'spec.serviceAccountName', to: SERVICE_ACCOUNT },
    // https://cloudnative-pg.io/plugin-barman-cloud/docs/usage/
    { field: 'spec.plugins[].parameters.barmanObjectName', to: OBJECT_STORE },
    ...objectStore('spec.backup.barmanObjectStore'),
    ...objectStore('spec.externalClusters[].barmanObjectStore'),
  ],
  notChecked: {
    'spec.imageName': 'is an image',
    'spec.imageCatalogRef': OF_CLUSTER,
    'spec.priorityClassName': OF_CLUSTER,
    'spec.schedulerName': OF_CLUSTER,
    'spec.backup.volumeSnapshot': OF_CLUSTER,
    'spec.storage.pvcTemplate': OF_CLUSTER,
    'spec.walStorage.pvcTemplate': OF_CLUSTER,
    'spec.tablespaces[].storage.pvcTemplate': OF_CLUSTER,
    'spec.ephemeralVolumeSource': OF_CLUSTER,
    'spec.projectedVolumeTemplate.sources[].clusterTrustBundle': OF_CLUSTER,
    'spec.projectedVolumeTemplate.sources[].podCertificate': OF_CLUSTER,
    'spec.bootstrap.recovery.backup.name': 'is a backup of before, which nobody renders',
    'spec.bootstrap.recovery.volumeSnapshots': 'is a snapshot of before, which nobody renders',
    'spec.bootstrap.recovery.recoveryTarget': IN_DATABASE,
    'spec.backup.barmanObjectStore.serverName': IN_STORE,
    'spec.externalClusters[].barmanObjectStore.serverName': IN_STORE,
    'spec.externalClusters[].name': 'is what this Cluster calls it',
    'spec.externalClusters[].plugin.name': 'is a plugin of the operator',
    'spec.plugins[].name': 'is a plugin of the operator',
    'spec.managed.roles[].name': IN_DATABASE,
    'spec.managed.services.additional': 'is a Service that it makes',
    'spec.serviceAccountTemplate': 'is a ServiceAccount that it makes',
    'spec.tablespaces[].name': IN_DATABASE,
    'spec.tablespaces[].owner': IN_DATABASE,
    'spec.postgresql.extensions[].name': IN_DATABASE,
    'spec.podSelectorRefs[].name': 'is what this Cluster calls it',
    'spec.certificates.serverAltDNSNames': 'is a name of DNS',
  },
};

const toCluster: Reference = { field: 'spec.cluster.name', to: DATABASE_CLUSTER };

const database: KindKnowledge = {
  group: 'postgresql.cnpg.io',
  kind: 'Database',
  readiness: { current: 'status.applied && status.observedGeneration == metadata.generation' },
  holdsData: true,
  immutable: ['name', 'cluster.name', ...SORTING].map(identity('spec')),
  references: [toCluster],
  notChecked: {
    'spec.name': IN_DATABASE,
    'spec.extensions': IN_DATABASE,
    'spec.schemas': IN_DATABASE,
    'spec.fdws': IN_DATABASE,
    'spec.servers': IN_DATABASE,
  },
};

const scheduledBackup: KindKnowledge = {
  group: 'postgresql.cnpg.io',
  kind: 'ScheduledBackup',
  references: [toCluster],
  notChecked: { 'spec.pluginConfiguration.name': 'is a plugin of the operator' },
};

const objectStoreKind: KindKnowledge = {
  group: 'barmancloud.cnpg.io',
  kind: 'ObjectStore',
  references: [...objectStore('spec.configuration'), ...variables('spec.instanceSidecarConfiguration')],
  notChecked: { 'spec.configuration.serverName': IN_STORE },
};

/** Kinds of CloudNativePG and of its plugin for backups. */
export const cnpg: readonly KindKnowledge[] = [cluster, database, scheduledBackup, objectStoreKind];
