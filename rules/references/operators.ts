import { at, items, text } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { type References, requireSecret } from './context.ts';

/**
 * Checks a cert-manager Certificate. Issuers belong to the cluster or to the operator, so they need not be
 * rendered; but cert-manager reads a missing kind as Issuer, which is rarely what was meant.
 */
export function checkCertificate(certificate: Located, { report }: References): void {
  const issuer = at(certificate.data, 'spec', 'issuerRef');
  if (text(at(issuer, 'kind')) !== undefined) return;
  const what = 'says no kind, which cert-manager takes for an Issuer in the same namespace';
  report(certificate, 'spec.issuerRef', what, 'write kind: ClusterIssuer or kind: Issuer');
}

/** Checks the Secrets a CloudNativePG Cluster reads. */
export function checkDatabase(cluster: Located, refs: References): void {
  const spec = at(cluster.data, 'spec');
  const login = (path: string): readonly { path: string; key: string }[] =>
    ['username', 'password'].map((key) => ({ path, key }));
  const owner = text(at(spec, 'bootstrap', 'initdb', 'secret', 'name'));
  if (owner !== undefined) {
    const path = 'spec.bootstrap.initdb.secret.name';
    requireSecret(refs, cluster, path, owner, login(path));
  }
  const superuser = text(at(spec, 'superuserSecret', 'name'));
  if (superuser !== undefined) {
    const path = 'spec.superuserSecret.name';
    requireSecret(refs, cluster, path, superuser, login(path));
  }
  for (const { path, data } of items(at(spec, 'managed', 'roles'), 'spec.managed.roles')) {
    const name = text(at(data, 'passwordSecret', 'name'));
    if (name !== undefined) {
      const field = `${path}.passwordSecret.name`;
      requireSecret(refs, cluster, field, name, login(field));
    }
  }
  for (const { path, data } of items(at(spec, 'imagePullSecrets'), 'spec.imagePullSecrets')) {
    requireSecret(refs, cluster, path, text(data.name) ?? '');
  }
  for (const { path, data } of items(at(spec, 'externalClusters'), 'spec.externalClusters')) {
    const name = text(at(data, 'password', 'name'));
    const key = text(at(data, 'password', 'key')) ?? '';
    if (name !== undefined) {
      requireSecret(refs, cluster, `${path}.password.name`, name, [{ path: `${path}.password.key`, key }]);
    }
  }
}

/** Checks the pull secrets of a ServiceAccount. */
export function checkServiceAccount(account: Located, refs: References): void {
  for (const { path, data } of items(account.data.imagePullSecrets, 'imagePullSecrets')) {
    requireSecret(refs, account, path, text(data.name) ?? '');
  }
}
