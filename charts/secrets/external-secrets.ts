import type { App } from 'cdk8s';
import { ChartFile } from '../../constructs/chart-file.ts';
import { NEVER_PRUNE } from '../../constructs/flux-annotations.ts';
import { secretLabels } from '../../constructs/labels.ts';
import { ExternalSecret, ExternalSecretSpecSecretStoreRefKind } from '../../imports/external-secrets.io.ts';
import { remotePlaces } from '../../model/remote-secrets.ts';
import type { Stack } from '../../model/stack.ts';

const STORE_KINDS = {
  ClusterSecretStore: ExternalSecretSpecSecretStoreRefKind.CLUSTER_SECRET_STORE,
  SecretStore: ExternalSecretSpecSecretStoreRefKind.SECRET_STORE,
} as const;

/**
 * One ExternalSecret for each Secret of the stack: the values go from the store to the cluster and never pass here.
 *
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export function externalSecrets(app: App, stack: Stack): void {
  const { provider } = stack;
  if (provider.kind !== 'external-secrets') return;
  for (const secret of stack.secrets) {
    const { namespace, name } = secret;
    const places = remotePlaces(provider.remoteKey, stack.name, secret);
    new ExternalSecret(new ChartFile(app, `secrets/${name}.yaml`), name, {
      metadata: {
        name,
        namespace,
        labels: secretLabels(stack.name, name),
        ...(secret.irreplaceable ? { annotations: NEVER_PRUNE } : {}),
      },
      spec: {
        refreshInterval: provider.refreshInterval,
        secretStoreRef: { kind: STORE_KINDS[provider.store.kind], name: provider.store.name },
        // Without data of its own the template takes all keys as they come.
        ...(secret.certificateFor === undefined
          ? {}
          : { target: { template: { type: 'kubernetes.io/tls' } } }),
        data: secret.keys.map(({ key }) => ({
          secretKey: key,
          remoteRef: places[key] ?? { key: '' },
        })),
      },
    });
  }
}
