/**
 * What `npm run import` makes. To add a custom kind: one line in `customKinds`, and the URL of its
 * CustomResourceDefinition under `imports:` in cdk8s.yaml. To add a built-in kind: one line in
 * `builtInKinds`.
 */

/** CustomResourceDefinitions, by `metadata.name`. */
export const customKinds = [
  'certificates.cert-manager.io',
  'clusters.postgresql.cnpg.io',
  'databases.postgresql.cnpg.io',
  'externalsecrets.external-secrets.io',
  'gateways.gateway.networking.k8s.io',
  'httproutes.gateway.networking.k8s.io',
  'ingressroutes.traefik.io',
  'ingressroutetcps.traefik.io',
  'kustomizations.kustomize.toolkit.fluxcd.io',
  'middlewares.traefik.io',
  'objectstores.barmancloud.cnpg.io',
  'podmonitors.monitoring.coreos.com',
  'scheduledbackups.postgresql.cnpg.io',
  'sealedsecrets.bitnami.com',
  'servicemonitors.monitoring.coreos.com',
  'tunnelbindings.networking.cfargotunnel.com',
];

/** The definitions `cdk8s import k8s@1.36.0` reads: every built-in type of one Kubernetes release. */
export const kubernetesDefinitionsUrl =
  'https://raw.githubusercontent.com/cdk8s-team/cdk8s/master/kubernetes-schemas/v1.36.0/_definitions.json';

/**
 * Built-in kinds. The definitions know neither plural nor scope.
 * @type {ReadonlyArray<{definition: string, apiVersion: string, plural: string, scope: 'Namespaced' | 'Cluster'}>}
 */
export const builtInKinds = [
  { definition: 'apps.v1.DaemonSet', apiVersion: 'apps/v1', plural: 'daemonsets', scope: 'Namespaced' },
  { definition: 'apps.v1.Deployment', apiVersion: 'apps/v1', plural: 'deployments', scope: 'Namespaced' },
  { definition: 'apps.v1.StatefulSet', apiVersion: 'apps/v1', plural: 'statefulsets', scope: 'Namespaced' },
  {
    definition: 'autoscaling.v2.HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    scope: 'Namespaced',
  },
  { definition: 'batch.v1.CronJob', apiVersion: 'batch/v1', plural: 'cronjobs', scope: 'Namespaced' },
  { definition: 'batch.v1.Job', apiVersion: 'batch/v1', plural: 'jobs', scope: 'Namespaced' },
  { definition: 'core.v1.ConfigMap', apiVersion: 'v1', plural: 'configmaps', scope: 'Namespaced' },
  { definition: 'core.v1.Namespace', apiVersion: 'v1', plural: 'namespaces', scope: 'Cluster' },
  {
    definition: 'core.v1.PersistentVolumeClaim',
    apiVersion: 'v1',
    plural: 'persistentvolumeclaims',
    scope: 'Namespaced',
  },
  { definition: 'core.v1.Pod', apiVersion: 'v1', plural: 'pods', scope: 'Namespaced' },
  { definition: 'core.v1.Secret', apiVersion: 'v1', plural: 'secrets', scope: 'Namespaced' },
  { definition: 'core.v1.Service', apiVersion: 'v1', plural: 'services', scope: 'Namespaced' },
  { definition: 'core.v1.ServiceAccount', apiVersion: 'v1', plural: 'serviceaccounts', scope: 'Namespaced' },
  {
    definition: 'networking.v1.Ingress',
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ingresses',
    scope: 'Namespaced',
  },
  {
    definition: 'networking.v1.NetworkPolicy',
    apiVersion: 'networking.k8s.io/v1',
    plural: 'networkpolicies',
    scope: 'Namespaced',
  },
  {
    definition: 'policy.v1.PodDisruptionBudget',
    apiVersion: 'policy/v1',
    plural: 'poddisruptionbudgets',
    scope: 'Namespaced',
  },
];
