import type { App } from 'cdk8s';
import {
  Kustomization,
  type KustomizationSpec,
  KustomizationSpecDecryptionProvider,
  KustomizationSpecSourceRefKind,
} from '../../imports/kustomize.toolkit.fluxcd.io.ts';
import { ObjectFile } from '../../src/kubernetes/chart-file.ts';
import { labels } from '../../src/kubernetes/labels.ts';
import type { Layer, RenderedFile } from '../../src/kubernetes/rendered-file.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { deliveries } from '../../src/system/delivery/index.ts';
import { decryptionOf, type SecretProvider } from '../../src/system/providers/index.ts';
import type { Stack } from '../stack/stack.ts';
import { gate } from './health.ts';
import { layersOf } from './layers.ts';

/** Time beyond the slowest rollout for building, applying and the first look. */
const MARGIN_MINUTES = 5;

const SOURCE_KINDS = {
  GitRepository: KustomizationSpecSourceRefKind.GIT_REPOSITORY,
  OCIRepository: KustomizationSpecSourceRefKind.OCI_REPOSITORY,
  Bucket: KustomizationSpecSourceRefKind.BUCKET,
} as const;

/** The longest that a workload of the stack may take to roll out, in minutes. The rules report anything that is not a number. */
function slowestRollout(manifests: readonly Manifest[]): number {
  let slowest = 0;
  for (const { spec } of manifests) {
    if (typeof spec !== 'object' || spec === null || !('progressDeadlineSeconds' in spec)) continue;
    const seconds = spec.progressDeadlineSeconds;
    if (typeof seconds === 'number' && seconds < 2 ** 31) slowest = Math.max(slowest, seconds);
  }
  return Math.ceil(slowest / 60);
}

const DECRYPTION = { sops: KustomizationSpecDecryptionProvider.SOPS } as const;

/** How Flux opens Secrets that are encrypted in the repository. */
function decryption(provider: SecretProvider): Partial<KustomizationSpec> {
  const found = decryptionOf(provider);
  if (found === undefined) return {};
  return { decryption: { provider: DECRYPTION[found.format], secretRef: { name: found.secret } } };
}

/**
 * The Flux Kustomizations of a stack, one for each layer.
 *
 * @param files the stack's own files, which decide the layers, and with their rollout deadlines the timeouts
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export function flux(app: App, stack: Stack, files: readonly RenderedFile[]): void {
  const file = new ObjectFile(app, `${deliveries.flux.folder.name}/${stack.name}.yaml`);
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
        ...gate(files.filter((one) => one.layer === layer).flatMap(({ manifests }) => manifests)),
        ...(layer === 'secrets' ? decryption(stack.provider) : {}),
      },
    });
  }
}
