import { createPrivateKey, X509Certificate } from 'node:crypto';
import { certificateHosts, type SecretSpec } from '../../system/secrets.ts';
import { SecretsProblem } from '../problem.ts';
import type { Wish } from './change.ts';

/**
 * Checks a certificate that the operator gave: it has to come with its key where neither is there yet, and to be valid
 * for the hosts that it is served for.
 *
 * @param wishes values that are to be encrypted for this Secret
 * @param missing keys of it that stay without a value
 * @throws SecretsProblem
 */
export function checkTls(
  secret: SecretSpec,
  wishes: readonly Wish[],
  missing: readonly string[],
  now: Date,
): void {
  const { name, keys } = secret;
  const hosts = certificateHosts(secret);
  if (hosts === undefined || wishes.length === 0) return;
  if (missing.length > 0) {
    throw new SecretsProblem(
      `Kubernetes accepts the Secret ${name} only when it is complete, and ${missing.join(' and ')} would be missing`,
      `give ${keys.map(({ key }) => `--from-file ${name}/${key}=FILE`).join(' and ')}`,
    );
  }
  const given = (pem: string): Buffer | undefined =>
    wishes.find(({ key }) => key.form.kind === 'given' && key.form.pem === pem)?.value.bytes();
  const chain = given('certificate');
  if (chain === undefined) return;
  const certificate = new X509Certificate(chain);
  const key = given('private key');
  if (key !== undefined && !certificate.checkPrivateKey(createPrivateKey(key))) {
    throw new SecretsProblem(
      `the private key given for ${name} is not that of its certificate`,
      'give the two that belong together; the certificate of the host itself comes first in its file',
    );
  }
  const uncovered = hosts.filter((host) => certificate.checkHost(host) === undefined);
  if (uncovered.length > 0) {
    throw new SecretsProblem(
      `the certificate given for ${name} is not valid for ${uncovered.join(', ')}`,
      'order one for all hosts of this Secret; the certificate of the hosts comes first in its file',
    );
  }
  if (Date.parse(certificate.validTo) < now.getTime()) {
    throw new SecretsProblem(
      `the certificate given for ${name} ended on ${certificate.validTo}`,
      'give the renewed one',
    );
  }
}
