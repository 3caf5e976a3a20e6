/**
 * What charts are made of, for charts of your own that look like those of this program. Any release may change or
 * remove what is here: pin the exact version.
 */
export { chartDelivery, chartStack } from './charts/index.ts';
export { ChartFile } from './constructs/chart-file.ts';
export { configMap } from './constructs/config-map.ts';
export { NEVER_PRUNE, NO_SUBSTITUTION } from './constructs/flux-annotations.ts';
export {
  type Labelled,
  labels,
  type Owner,
  objectMeta,
  roleSelector,
  workloadSelector,
} from './constructs/labels.ts';
export { claim, configFile, configFiles, type Mount, scratch, secretFiles } from './constructs/mounts.ts';
export { type ClaimProps, persistentVolumeClaim } from './constructs/persistent-volume-claim.ts';
export { execProbe, httpProbe, type Timing, tcpProbe } from './constructs/probes.ts';
export { service, services } from './constructs/service.ts';
export { fieldEnv, secretEnv, type WorkloadProps, workload } from './constructs/workload.ts';
export { resolved } from './library/resolved.ts';
export type { Images } from './model/images.ts';
export type { Stack as ResolvedStack } from './model/stack.ts';
export type { Flow, Peer, Port, Route, ServicePoint, Topology, Workload } from './model/topology.ts';
