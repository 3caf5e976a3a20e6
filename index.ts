/**
 * The library: a stack from text, its files, and what charts are made of, for programs and cdk8s apps of your own.
 *
 * @example
 * const versions = loadVersions('versions.yaml', readFileSync('versions.yaml', 'utf8'));
 * if (versions.value === undefined) throw new Error(versions.diagnostics.map(({ what }) => what).join('\n'));
 * const loaded = loadStack('stacks/matrix.yaml', readFileSync('stacks/matrix.yaml', 'utf8'), versions.value);
 * if (loaded.value === undefined) throw new Error(loaded.diagnostics.map(({ what }) => what).join('\n'));
 * const { files, findings, problems } = render(loaded.value);
 */
export { chartFlux, chartStack } from './charts/index.ts';
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
export { MatrixChart } from './matrix-chart.ts';
export type { Diagnostic, Position } from './model/diagnostic.ts';
export type { Images } from './model/images.ts';
export { type Loaded, type LoadedStack, loadStack, loadVersions } from './model/load.ts';
export type { Manifest, ManifestFile } from './model/manifest.ts';
export type { OverrideProblem } from './model/overrides.ts';
export type { Stack } from './model/stack.ts';
export type { Flow, Peer, Port, Route, ServicePoint, Topology, Workload } from './model/topology.ts';
export { type Rendered, render } from './render.ts';
export { check, rules } from './rules/index.ts';
export type { Finding, Rule, RuleInput } from './rules/rule.ts';
export { type SecretText, withSecrets } from './secrets/read-files.ts';
