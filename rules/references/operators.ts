import { suggestion } from '../../model/nearest.ts';
import { at, items, text } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { existing, namesIn, type References, requireSecret } from './context.ts';

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

/** Checks the Cluster that a database of CloudNativePG is made in: without it nothing makes it, and nothing says so. */
export function checkDatabaseOfCluster(database: Located, { inventory, report }: References): void {
  const name = text(at(database.data, 'spec', 'cluster', 'name')) ?? '';
  // A missing name is the schema's affair.
  if (name === '' || inventory.clusters.has(`${database.namespace}/${name}`)) return;
  const names = namesIn(inventory.clusters, database.namespace);
  const what = `names Cluster "${name}", which does not exist in namespace ${database.namespace}`;
  report(database, 'spec.cluster.name', what, `${suggestion(name, names)}${existing('Clusters', names)}`);
}

/** Checks the pull secrets of a ServiceAccount. */
export function checkServiceAccount(account: Located, refs: References): void {
  for (const { path, data } of items(account.data.imagePullSecrets, 'imagePullSecrets')) {
    requireSecret(refs, account, path, text(data.name) ?? '');
  }
}
