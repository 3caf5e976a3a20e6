import type { App } from 'cdk8s';
import { ExternalSecret, ExternalSecretSpecSecretStoreRefKind } from '../../imports/external-secrets.io.ts';
import { ChartFile } from '../../src/kubernetes/chart-file.ts';
import { NEVER_PRUNE, substitutionMarks } from '../../src/kubernetes/flux-annotations.ts';
import { secretLabels } from '../../src/kubernetes/labels.ts';
import type { ExternalSecrets } from '../../src/system/providers/external-secrets.ts';
import { secretFileName } from '../../src/system/secret-files.ts';
import { type SecretSpec, typeOf } from '../../src/system/secrets.ts';
import type { Stack } from '../stack/stack.ts';
import { fetched, template } from './external-secret-data.ts';

const STORE_KINDS = {
  ClusterSecretStore: ExternalSecretSpecSecretStoreRefKind.CLUSTER_SECRET_STORE,
  SecretStore: ExternalSecretSpecSecretStoreRefKind.SECRET_STORE,
} as const;

/**
 * One ExternalSecret for each Secret of the stack in each of its places, all from the same place in the store: the
 * values go from there to the cluster and never pass here.
 *
 * @see https://external-secrets.io/latest/api/externalsecret/
 */
export function externalSecrets(app: App, stack: Stack, provider: ExternalSecrets): void {
  for (const secret of stack.secrets) {
    for (const { namespace } of secret.places) externalSecret(app, stack, provider, secret, namespace);
  }
}

function externalSecret(
  app: App,
  stack: Stack,
  provider: ExternalSecrets,
  secret: SecretSpec,
  namespace: string,
): void {
  const { name } = secret;
  const composed = template(secret);
  const annotations = {
    ...(secret.irreplaceable ? NEVER_PRUNE : {}),
    ...substitutionMarks(Object.values(composed ?? {})),
  };
  const labels = secretLabels(stack.name, secret);
  const made = {
    ...(secret.type === undefined ? {} : { type: typeOf(secret) }),
    // A template takes none of those of the ExternalSecret over.
    ...(secret.labels === undefined ? {} : { metadata: { labels } }),
    ...(composed === undefined ? {} : { data: composed }),
  };
  new ExternalSecret(new ChartFile(app, `secrets/${secretFileName(secret, namespace)}`), 'external-secret', {
    metadata: {
      name,
      namespace,
      labels,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: {
      refreshInterval: provider.refreshInterval,
      secretStoreRef: { kind: STORE_KINDS[provider.store.kind], name: provider.store.name },
      // Without data of its own the template takes all keys as they come.
      ...(Object.keys(made).length === 0 ? {} : { target: { template: made } }),
      data: [...fetched(stack.secrets, secret, provider.remoteKey, stack.name)],
    },
  });
}
