import type { App } from 'cdk8s';
import { ObjectFile } from '../constructs/chart-file.ts';
import { labels } from '../constructs/labels.ts';
import type { Layer, RenderedFile } from '../constructs/rendered-file.ts';
import {
  Kustomization,
  type KustomizationSpec,
  KustomizationSpecDecryptionProvider,
  KustomizationSpecSourceRefKind,
} from '../imports/kustomize.toolkit.fluxcd.io.ts';
import { databasesOf } from '../model/databases.ts';
import type { Manifest } from '../model/manifest.ts';
import type { SecretProvider } from '../model/secret-settings.ts';
import type { Stack } from '../model/stack.ts';
import { layersOf } from './layers.ts';

/** Time beyond the slowest rollout for building, applying and the first look. */
const MARGIN_MINUTES = 5;

const SOURCE_KINDS = {
  GitRepository: KustomizationSpecSourceRefKind.GIT_REPOSITORY,
  OCIRepository: KustomizationSpecSourceRefKind.OCI_REPOSITORY,
  Bucket: KustomizationSpecSourceRefKind.BUCKET,
} as const;

/** The longest that a workload of the stack may take to roll out, in minutes. What is no number, the rules report. */
function slowestRollout(manifests: readonly Manifest[]): number {
  let slowest = 0;
  for (const { spec } of manifests) {
    if (typeof spec !== 'object' || spec === null || !('progressDeadlineSeconds' in spec)) continue;
    const seconds = spec.progressDeadlineSeconds;
    if (typeof seconds === 'number' && seconds < 2 ** 31) slowest = Math.max(slowest, seconds);
  }
  return Math.ceil(slowest / 60);
}

/** What a layer waits for. Only things that become true by themselves: a gate that cannot open stops everything behind it. */
function gate(stack: Stack, layer: Layer): Partial<KustomizationSpec> {
  if (layer === 'secrets') return secretsGate(stack.provider);
  if (layer !== 'data') return { wait: true };
  // Not the claims: a class that binds on first use would wait for pods of the layer behind this one.
  const cluster = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' };
  const database = { ...cluster, kind: 'Database' };
  const { namespace } = stack;
  const { others } = databasesOf(stack);
  return {
    wait: false,
    healthChecks: [
      { ...cluster, name: stack.database.cluster, namespace },
      ...others.map(({ name }) => ({ ...database, name, namespace })),
    ],
    healthCheckExprs: [
      { ...cluster, current: "status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')" },
      ...(others.length === 0
        ? []
        : [
            {
              ...database,
              current: 'status.applied && status.observedGeneration == metadata.generation',
            },
          ]),
    ],
  };
}

/** Without its Secrets no pod behind starts. Flux has to be told what a finished SealedSecret looks like. */
function secretsGate(provider: SecretProvider): Partial<KustomizationSpec> {
  switch (provider.kind) {
    case 'sealed-secrets': {
      const synced = (status: string): string =>
        `status.conditions.exists(c, c.type == 'Synced' && c.status == '${status}')`;
      const sealed = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret' };
      return {
        wait: true,
        healthCheckExprs: [{ ...sealed, failed: synced('False'), current: synced('True') }],
      };
    }
    case 'sops':
      return {
        wait: true,
        decryption: {
          provider: KustomizationSpecDecryptionProvider.SOPS,
          secretRef: { name: provider.decryptionSecret },
        },
      };
    default:
      return { wait: true };
  }
}

/**
 * The Flux Kustomizations of a stack, one for each layer.
 *
 * @param files the stack's own files, which decide the layers, and with their rollout deadlines the timeouts
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export function flux(app: App, stack: Stack, files: readonly RenderedFile[]): void {
  const file = new ObjectFile(app, `flux/${stack.name}.yaml`);
  const minutes: Readonly<Record<Layer, number>> = {
    namespace: MARGIN_MINUTES,
    secrets: MARGIN_MINUTES,
    data: 15,
    apps: slowestRollout(files.flatMap(({ manifests }) => manifests)) + MARGIN_MINUTES,
    edge: 10,
  };
  for (const { layer, after } of layersOf(files)) {
    const name = `${stack.name}-${layer}`;
    new Kustomization(file, layer, {
      metadata: {
        name,
        namespace: stack.flux.namespace,
        labels: labels({ id: name, role: 'layer', instance: stack.name }),
      },
      spec: {
        ...(after === undefined ? {} : { dependsOn: [{ name: `${stack.name}-${after}` }] }),
        interval: '1h',
        retryInterval: '2m',
        timeout: `${minutes[layer]}m`,
        path: `${stack.flux.path}/${stack.name}/layers/${layer}`,
        prune: true,
        sourceRef: { kind: SOURCE_KINDS[stack.flux.source.kind], name: stack.flux.source.name },
        ...gate(stack, layer),
      },
    });
  }
}
