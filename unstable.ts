/**
 * What charts are made of, for charts of your own that look like those of this program. Any release may change or
 * remove what is here: pin the exact version.
 */
export { chartDelivery, chartStack } from './charts/objects.ts';
export type { Images } from './charts/stack/images.ts';
export type { Stack as ResolvedStack } from './charts/stack/stack.ts';
export { ChartFile } from './src/kubernetes/chart-file.ts';
export { configMap } from './src/kubernetes/config-map.ts';
export { NEVER_PRUNE, NO_SUBSTITUTION } from './src/kubernetes/flux-annotations.ts';
export {
  type Labelled,
  labels,
  type Owner,
  objectMeta,
  roleSelector,
  workloadSelector,
} from './src/kubernetes/labels.ts';
export { claim, configFile, configFiles, type Mount, scratch, secretFiles } from './src/kubernetes/mounts.ts';
export { type ClaimProps, persistentVolumeClaim } from './src/kubernetes/persistent-volume-claim.ts';
export { execProbe, httpProbe, type Timing, tcpProbe } from './src/kubernetes/probes.ts';
export { service, services } from './src/kubernetes/service.ts';
export { fieldEnv, secretEnv, type WorkloadProps, workload } from './src/kubernetes/workload.ts';
export { resolved } from './src/library/resolved.ts';
export type { Flow, Peer, Port, Route, ServicePoint, Topology, Workload } from './src/topology/topology.ts';
