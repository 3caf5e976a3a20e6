import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { ValueForm } from '../../system/secrets.ts';
import { newSigningKey } from './signing-key.ts';
import { SecretValue } from './value.ts';

/** Bytes behind the secret of LiveKit's key, which may not have fewer than 32 characters. */
const LIVEKIT_BYTES = 32;

/** A new value, from the operating system's generator; undefined for what only the operator knows, and for what follows from other values. */
export function generate(form: ValueForm): SecretValue | undefined {
  switch (form.kind) {
    case 'hex':
      return SecretValue.of(randomBytes(form.bytes).toString('hex'));
    case 'synapse-signing-key':
      return newSigningKey();
    case 'livekit-keys':
      return SecretValue.of(`${form.apiKey}: ${randomBytes(LIVEKIT_BYTES).toString('hex')}\n`);
    case 'private-key':
      return SecretValue.of(privateKey(form.algorithm));
    case 'given':
    case 'entered':
    case 'composed':
      return undefined;
  }
}

function privateKey(algorithm: 'rsa-3072' | 'ec-p256'): string {
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
  const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;
  return algorithm === 'rsa-3072'
    ? generateKeyPairSync('rsa', { modulusLength: 3072, publicKeyEncoding, privateKeyEncoding }).privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding, privateKeyEncoding }).privateKey;
}
