/**
 * What the API server checks in code and its published definitions therefore do not say: enums, ranges,
 * fields that are required, choices. From kubernetes/kubernetes pkg/apis/{core,apps,networking}/validation.
 * `npm run import` writes them into the definitions; a name that does not exist there is an error.
 */

const port = { minimum: 1, maximum: 65535 };
const id = { minimum: 0, maximum: 2147483647 };
const mode = { minimum: 0, maximum: 0o777 };
const natural = { minimum: 0 };
const positive = { minimum: 1 };
const protocol = { enum: ['SCTP', 'TCP', 'UDP'] };
const selectorOperator = { enum: ['DoesNotExist', 'Exists', 'In', 'NotIn'] };
const effect = { enum: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'] };
const accessModes = {
  items: { enum: ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'], type: 'string' },
};
const pullPolicy = { enum: ['Always', 'IfNotPresent', 'Never'] };
const containerFields = {
  imagePullPolicy: pullPolicy,
  terminationMessagePolicy: { enum: ['FallbackToLogsOnError', 'File'] },
};
const handlers = ['exec', 'grpc', 'httpGet', 'tcpSocket'];
const hookHandlers = ['exec', 'httpGet', 'sleep', 'tcpSocket'];

/**
 * By type, then by field: keywords merged into the field's schema.
 * @type {Record<string, Record<string, object>>}
 */
export const fieldConstraints = {
  'apps.v1.DeploymentSpec': {
    replicas: natural,
    minReadySeconds: natural,
    revisionHistoryLimit: natural,
    progressDeadlineSeconds: positive,
  },
  'apps.v1.DeploymentStrategy': { type: { enum: ['Recreate', 'RollingUpdate'] } },
  'apps.v1.StatefulSetSpec': {
    replicas: natural,
    minReadySeconds: natural,
    revisionHistoryLimit: natural,
    podManagementPolicy: { enum: ['OrderedReady', 'Parallel'] },
  },
  'apps.v1.StatefulSetUpdateStrategy': { type: { enum: ['OnDelete', 'RollingUpdate'] } },
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': {
    whenDeleted: { enum: ['Delete', 'Retain'] },
    whenScaled: { enum: ['Delete', 'Retain'] },
  },
  'core.v1.AppArmorProfile': { type: { enum: ['Localhost', 'RuntimeDefault', 'Unconfined'] } },
  'core.v1.ConfigMapVolumeSource': { defaultMode: mode },
  'core.v1.Container': containerFields,
  'core.v1.ContainerPort': { containerPort: port, hostPort: { minimum: 0, maximum: 65535 }, protocol },
  'core.v1.DownwardAPIVolumeFile': { mode },
  'core.v1.DownwardAPIVolumeSource': { defaultMode: mode },
  'core.v1.EmptyDirVolumeSource': { medium: { pattern: '^(Memory|HugePages(-.+)?)?$' } },
  'core.v1.GRPCAction': { port },
  'core.v1.HTTPGetAction': { scheme: { enum: ['HTTP', 'HTTPS'] } },
  'core.v1.HostPathVolumeSource': {
    type: {
      enum: [
        '',
        'BlockDevice',
        'CharDevice',
        'Directory',
        'DirectoryOrCreate',
        'File',
        'FileOrCreate',
        'Socket',
      ],
    },
  },
  'core.v1.KeyToPath': { mode },
  'core.v1.NodeSelectorRequirement': {
    operator: { enum: ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'] },
  },
  'core.v1.PersistentVolumeClaimSpec': { accessModes, volumeMode: { enum: ['Block', 'Filesystem'] } },
  'core.v1.PodSecurityContext': {
    fsGroup: id,
    fsGroupChangePolicy: { enum: ['Always', 'OnRootMismatch'] },
    runAsGroup: id,
    runAsUser: id,
    supplementalGroups: { items: { format: 'int64', type: 'integer', ...id } },
    supplementalGroupsPolicy: { enum: ['Merge', 'Strict'] },
  },
  'core.v1.PodSpec': {
    dnsPolicy: { enum: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'] },
    preemptionPolicy: { enum: ['Never', 'PreemptLowerPriority'] },
    restartPolicy: { enum: ['Always', 'Never', 'OnFailure'] },
    terminationGracePeriodSeconds: natural,
  },
  'core.v1.PreferredSchedulingTerm': { weight: { minimum: 1, maximum: 100 } },
  'core.v1.Probe': {
    failureThreshold: positive,
    initialDelaySeconds: natural,
    periodSeconds: positive,
    successThreshold: positive,
    terminationGracePeriodSeconds: positive,
    timeoutSeconds: positive,
  },
  'core.v1.ProjectedVolumeSource': { defaultMode: mode },
  'core.v1.SeccompProfile': { type: { enum: ['Localhost', 'RuntimeDefault', 'Unconfined'] } },
  'core.v1.SecretVolumeSource': { defaultMode: mode },
  'core.v1.SecurityContext': {
    procMount: { enum: ['Default', 'Unmasked'] },
    runAsGroup: id,
    runAsUser: id,
  },
  'core.v1.ServiceAccountTokenProjection': { expirationSeconds: { minimum: 600 } },
  'core.v1.ServicePort': { nodePort: port, port, protocol },
  'core.v1.ServiceSpec': {
    externalTrafficPolicy: { enum: ['Cluster', 'Local'] },
    internalTrafficPolicy: { enum: ['Cluster', 'Local'] },
    ipFamilies: { items: { enum: ['IPv4', 'IPv6'], type: 'string' } },
    ipFamilyPolicy: { enum: ['PreferDualStack', 'RequireDualStack', 'SingleStack'] },
    sessionAffinity: { enum: ['ClientIP', 'None'] },
    type: { enum: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'] },
  },
  'core.v1.Toleration': { effect, operator: { enum: ['Equal', 'Exists', 'Gt', 'Lt'] } },
  'core.v1.TopologySpreadConstraint': {
    maxSkew: positive,
    minDomains: positive,
    nodeAffinityPolicy: { enum: ['Honor', 'Ignore'] },
    nodeTaintsPolicy: { enum: ['Honor', 'Ignore'] },
    whenUnsatisfiable: { enum: ['DoNotSchedule', 'ScheduleAnyway'] },
  },
  'core.v1.VolumeMount': {
    mountPropagation: { enum: ['Bidirectional', 'HostToContainer', 'None'] },
    recursiveReadOnly: { enum: ['Disabled', 'Enabled', 'IfPossible'] },
  },
  'core.v1.WeightedPodAffinityTerm': { weight: { minimum: 1, maximum: 100 } },
  'meta.v1.LabelSelectorRequirement': { operator: selectorOperator },
  'networking.v1.NetworkPolicyPort': { endPort: port, protocol },
  'networking.v1.NetworkPolicySpec': {
    policyTypes: { items: { enum: ['Egress', 'Ingress'], type: 'string' } },
  },
  'policy.v1.PodDisruptionBudgetSpec': {
    unhealthyPodEvictionPolicy: { enum: ['AlwaysAllow', 'IfHealthyBudget'] },
  },
};

/**
 * By type: further required fields and choices. `x-exactly-one-of` and `x-at-most-one-of` are this project's.
 * @type {Record<string, {required?: string[], 'x-exactly-one-of'?: string[][], 'x-at-most-one-of'?: string[][]}>}
 */
export const typeConstraints = {
  'apps.v1.Deployment': { required: ['spec'] },
  'apps.v1.StatefulSet': { required: ['spec'] },
  'core.v1.ConfigMapKeySelector': { required: ['name'] },
  'core.v1.ConfigMapVolumeSource': { required: ['name'] },
  'core.v1.Container': { required: ['image'] },
  'core.v1.EnvFromSource': { 'x-exactly-one-of': [['configMapRef', 'secretRef']] },
  'core.v1.EnvVar': { 'x-at-most-one-of': [['value', 'valueFrom']] },
  'core.v1.EnvVarSource': {
    'x-exactly-one-of': [['configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef']],
  },
  'core.v1.LifecycleHandler': { 'x-exactly-one-of': [hookHandlers] },
  'core.v1.LocalObjectReference': { required: ['name'] },
  'core.v1.PersistentVolumeClaim': { required: ['spec'] },
  'core.v1.PersistentVolumeClaimSpec': { required: ['accessModes', 'resources'] },
  'core.v1.Pod': { required: ['spec'] },
  'core.v1.PodTemplateSpec': { required: ['spec'] },
  'core.v1.Probe': { 'x-exactly-one-of': [handlers] },
  'core.v1.SecretKeySelector': { required: ['name'] },
  'core.v1.SecretVolumeSource': { required: ['secretName'] },
  'core.v1.Service': { required: ['spec'] },
  'core.v1.VolumeMount': { 'x-at-most-one-of': [['subPath', 'subPathExpr']] },
  'networking.v1.NetworkPolicyPeer': {
    'x-at-most-one-of': [
      ['ipBlock', 'podSelector'],
      ['ipBlock', 'namespaceSelector'],
    ],
  },
  'policy.v1.PodDisruptionBudgetSpec': { 'x-at-most-one-of': [['maxUnavailable', 'minAvailable']] },
};
