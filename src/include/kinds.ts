import { kindSchemas } from '../../imports/schemas/index.ts';
import { isOf } from '../kinds/index.ts';
import { SECRET } from '../kinds/keys.ts';
import { FOLDERS, type Folder } from '../kubernetes/rendered-file.ts';
import { keysOf } from '../plain/records.ts';
import { groupOf, type Manifest } from '../stack/manifest.ts';

/** Which folder of a stack takes objects of a kind, and with it which layer, and whether they have a namespace. */
interface Place {
  readonly folder: Folder;
  readonly scope: 'Namespaced' | 'Cluster';
}

/** `/Service` is a kind of the core group. */
type Kinds = Partial<Readonly<Record<Folder, readonly string[]>>>;

const IN_A_NAMESPACE: Kinds = {
  // What pods, stores and databases of every later layer can need: none of these waits for anything.
  namespace: [
    '/ConfigMap',
    '/LimitRange',
    '/ResourceQuota',
    '/ServiceAccount',
    'rbac.authorization.k8s.io/Role',
    'rbac.authorization.k8s.io/RoleBinding',
  ],
  secrets: ['external-secrets.io/ExternalSecret', 'external-secrets.io/SecretStore'],
  data: [
    '/PersistentVolumeClaim',
    'postgresql.cnpg.io/Cluster',
    'postgresql.cnpg.io/Database',
    'postgresql.cnpg.io/ImageCatalog',
    'postgresql.cnpg.io/Pooler',
    'postgresql.cnpg.io/ScheduledBackup',
    'barmancloud.cnpg.io/ObjectStore',
  ],
  components: [
    '/Pod',
    '/Service',
    'apps/DaemonSet',
    'apps/Deployment',
    'apps/StatefulSet',
    'autoscaling/HorizontalPodAutoscaler',
    'batch/CronJob',
    'batch/Job',
    'monitoring.coreos.com/PodMonitor',
    'monitoring.coreos.com/PrometheusRule',
    'monitoring.coreos.com/ServiceMonitor',
    'policy/PodDisruptionBudget',
  ],
  networking: [
    'cert-manager.io/Certificate',
    'cert-manager.io/Issuer',
    'cilium.io/CiliumNetworkPolicy',
    'gateway.networking.k8s.io/Gateway',
    'gateway.networking.k8s.io/HTTPRoute',
    'networking.cfargotunnel.com/TunnelBinding',
    'networking.k8s.io/Ingress',
    'networking.k8s.io/NetworkPolicy',
    'traefik.io/IngressRoute',
    'traefik.io/IngressRouteTCP',
    'traefik.io/IngressRouteUDP',
    'traefik.io/Middleware',
    'traefik.io/ServersTransport',
    'traefik.io/TLSOption',
  ],
};

const OF_THE_CLUSTER: Kinds = {
  namespace: [
    '/Namespace',
    'apiextensions.k8s.io/CustomResourceDefinition',
    'rbac.authorization.k8s.io/ClusterRole',
    'rbac.authorization.k8s.io/ClusterRoleBinding',
    'scheduling.k8s.io/PriorityClass',
  ],
  secrets: ['external-secrets.io/ClusterSecretStore'],
  data: ['/PersistentVolume', 'storage.k8s.io/StorageClass'],
  networking: [
    'cert-manager.io/ClusterIssuer',
    'cilium.io/CiliumClusterwideNetworkPolicy',
    'networking.k8s.io/IngressClass',
  ],
};

/** Groups of which all kinds go to one folder: what an ExternalSecret waits for. */
const OF_A_GROUP: Readonly<Record<string, Folder>> = { 'generators.external-secrets.io': 'secrets' };

/** Where objects of a kind go that this table does not know. */
const ELSEWHERE: Folder = 'components';

/** Groups whose objects give rights, or have a program of the cluster apply whatever they name. */
const GIVES_RIGHTS: Readonly<Record<string, string>> = {
  'rbac.authorization.k8s.io': 'it grants rights in the cluster',
  'kustomize.toolkit.fluxcd.io': 'it makes Flux apply what it names, with the rights of Flux',
  'helm.toolkit.fluxcd.io': 'it makes Flux install what it names, with the rights of Flux',
};

/**
 * Kinds that open a way in from outside which no rule and no table of SUMMARY.md reads: whether they lead to the
 * administration of the homeserver, only a person can see.
 */
const OPENS_UNSEEN: ReadonlySet<string> = new Set([
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/HTTPRoute',
  'networking.k8s.io/Ingress',
  'traefik.io/IngressRouteUDP',
]);

/**
 * Kinds that say who may talk to whom: with the first one that is about a pod, all else is forbidden to it. What the
 * programs of the stack, the operators and the entrances need is in no object that a rule could compare it with.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 * @see https://docs.cilium.io/en/stable/network/kubernetes/policy/
 */
const CUTS_OFF: ReadonlySet<string> = new Set([
  'cilium.io/CiliumClusterwideNetworkPolicy',
  'cilium.io/CiliumNetworkPolicy',
  'networking.k8s.io/NetworkPolicy',
]);

const PLACES: ReadonlyMap<string, Place> = new Map([
  ...placesOf(IN_A_NAMESPACE, 'Namespaced'),
  ...placesOf(OF_THE_CLUSTER, 'Cluster'),
]);

function placesOf(kinds: Kinds, scope: Place['scope']): readonly (readonly [string, Place])[] {
  return keysOf(FOLDERS).flatMap((folder) =>
    (kinds[folder] ?? []).map((kind) => [kind, { folder, scope }] as const),
  );
}

function placeOf({ apiVersion, kind }: Manifest): Place | undefined {
  return PLACES.get(`${groupOf(apiVersion)}/${kind}`);
}

/** The folder of the stack that an object goes to. */
export function folderOf(manifest: Manifest): Folder {
  const group = groupOf(manifest.apiVersion);
  const ofGroup = Object.hasOwn(OF_A_GROUP, group) ? OF_A_GROUP[group] : undefined;
  return placeOf(manifest)?.folder ?? ofGroup ?? ELSEWHERE;
}

/** Whether objects of this kind have a namespace; undefined where nothing is known of the kind. */
export function scopeOf(manifest: Manifest): Place['scope'] | undefined {
  const scope = schemaOf(manifest)?.scope;
  return scope === 'Namespaced' || scope === 'Cluster' ? scope : placeOf(manifest)?.scope;
}

/** Whether a rule can check what an object of this kind says. */
export function isChecked(manifest: Manifest): boolean {
  return schemaOf(manifest) !== undefined;
}

/**
 * The known kind that an object of an unknown one most likely is, with its apiVersion: written with other capitals, or
 * of another group or version.
 *
 * @example 'ConfigMap (v1)'
 */
export function meantKind({ apiVersion, kind }: Manifest): string | undefined {
  const wanted = kind.toLowerCase();
  const known = Object.keys(kindSchemas).flatMap((key) => {
    const end = key.lastIndexOf('/');
    const one = { apiVersion: key.slice(0, end), kind: key.slice(end + 1) };
    return one.kind.toLowerCase() === wanted ? [one] : [];
  });
  const meant = known.find((one) => one.apiVersion === apiVersion) ?? known[0];
  return meant === undefined ? undefined : `${meant.kind} (${meant.apiVersion})`;
}

function schemaOf({ apiVersion, kind }: Manifest) {
  const key = `${apiVersion}/${kind}`;
  return Object.hasOwn(kindSchemas, key) ? kindSchemas[key] : undefined;
}

/** Why somebody has to agree to an object before it is applied; none for an ordinary one. */
export function reasonsToAsk(manifest: Manifest): readonly string[] {
  const group = groupOf(manifest.apiVersion);
  const rights = Object.hasOwn(GIVES_RIGHTS, group) ? GIVES_RIGHTS[group] : undefined;
  const scope = scopeOf(manifest);
  const isOfCluster =
    scope === 'Cluster' || (scope === undefined && manifest.metadata.namespace === undefined);
  return [
    ...(isOfCluster ? ['it applies to the whole cluster'] : []),
    ...(rights === undefined ? [] : [rights]),
    ...(OPENS_UNSEEN.has(`${group}/${manifest.kind}`)
      ? ['it opens a way in from outside that no rule reads']
      : []),
    ...(CUTS_OFF.has(`${group}/${manifest.kind}`)
      ? ['it can cut off programs of the stack, which no rule checks']
      : []),
    ...(isTokenSecret(manifest)
      ? ['it makes the cluster create a ServiceAccount token that never expires']
      : []),
    ...(isChecked(manifest) ? [] : ['this release has no schema for its kind, so nothing checks it']),
  ];
}

/** True for a Secret without values of its own: https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets */
export function isTokenSecret(manifest: Manifest): boolean {
  const { type, data, stringData } = manifest;
  return (
    isOf(manifest, SECRET) &&
    type === 'kubernetes.io/service-account-token' &&
    data === undefined &&
    stringData === undefined
  );
}
