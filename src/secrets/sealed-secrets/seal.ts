import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import type { SecretValue } from '../values/value.ts';
import type { SealingCertificate } from './certificates.ts';
import type { Scope } from './scope.ts';

/** The Secret that a value is sealed for. In `strict` scope it opens under no other name or namespace. */
export interface SealTarget {
  readonly namespace: string;
  readonly name: string;
  /** Only the strictest is ever written. */
  readonly scope: 'strict';
}

/**
 * What the controller must know to open a value, bound to it by RSA-OAEP's label: `namespace/name`, the
 * namespace, or nothing (sealed-secrets, pkg/apis/sealedsecrets/v1alpha1, EncryptionLabel).
 */
export function sealingLabel(target: {
  readonly namespace: string;
  readonly name: string;
  readonly scope: Scope;
}): string {
  if (target.scope === 'cluster-wide') return '';
  return target.scope === 'namespace-wide' ? target.namespace : `${target.namespace}/${target.name}`;
}

const SESSION_KEY_BYTES = 32;
const NONCE_BYTES = 12;

/**
 * Seals a value, so that only the controller can open it: base64 text for `spec.encryptedData`, another one
 * every time. A session key under RSA-OAEP (SHA-256, with the label), its length before it in two bytes; then
 * the value under AES-256-GCM with that key and a nonce of zeros, which is sound as the key is used once; then
 * GCM's tag (sealed-secrets, pkg/crypto/crypto.go, HybridEncrypt).
 *
 * The name of the key that the text goes under is not bound.
 *
 * @throws RangeError on an empty name or namespace
 */
export function seal(value: SecretValue, certificate: SealingCertificate, target: SealTarget): string {
  if (target.namespace === '' || target.name === '') {
    throw new RangeError('a value is sealed for a namespace and a name, and one of them is empty');
  }
  const sessionKey = randomBytes(SESSION_KEY_BYTES);
  try {
    const wrapped = publicEncrypt(
      {
        key: certificate.publicKey,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
        oaepLabel: Buffer.from(sealingLabel(target), 'utf8'),
      },
      sessionKey,
    );
    const length = Buffer.alloc(2);
    length.writeUInt16BE(wrapped.length);
    const cipher = createCipheriv('aes-256-gcm', sessionKey, Buffer.alloc(NONCE_BYTES));
    const sealed = [cipher.update(value.bytes()), cipher.final()];
    return Buffer.concat([length, wrapped, ...sealed, cipher.getAuthTag()]).toString('base64');
  } finally {
    sessionKey.fill(0);
  }
}
