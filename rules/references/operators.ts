import { at, items, text } from '../reading/data.ts';
import { suggestion } from '../reading/nearest.ts';
import type { Located } from '../reading/objects.ts';
import { namesIn, type References, requireSecret } from './context.ts';

/**
 * Checks a cert-manager Certificate: an Issuer of its own namespace must be rendered; ClusterIssuers stand
 * outside.
 */
export function checkCertificate(certificate: Located, { inventory, report }: References): void {
  const issuer = at(certificate.data, 'spec', 'issuerRef');
  const group = text(at(issuer, 'group')) ?? 'cert-manager.io';
  // cert-manager reads a missing kind as Issuer.
  if (group !== 'cert-manager.io' || (text(at(issuer, 'kind')) ?? 'Issuer') !== 'Issuer') return;
  const name = text(at(issuer, 'name')) ?? '';
  if (inventory.issuers.has(`${certificate.namespace}/${name}`)) return;
  const hint = suggestion(name, namesIn(inventory.issuers, certificate.namespace));
  const what = `names Issuer "${name}", which does not exist in namespace ${certificate.namespace}`;
  report(certificate, 'spec.issuerRef.name', what, `${hint}render it, or write kind: ClusterIssuer`);
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
