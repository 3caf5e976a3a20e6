import { createPrivateKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { accept } from '../../../src/secrets/values/accept.ts';
import { generate } from '../../../src/secrets/values/generate.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import type { ValueForm } from '../../../src/system/secrets.ts';

const FORMS: readonly ValueForm[] = [
  { kind: 'hex', bytes: 32 },
  { kind: 'synapse-signing-key' },
  { kind: 'livekit-keys', apiKey: 'matrix-rtc' },
  { kind: 'private-key', algorithm: 'rsa-3072' },
  { kind: 'private-key', algorithm: 'ec-p256' },
];

const made = (form: ValueForm): string => generate(form)?.text() ?? '';
const key = (algorithm: 'rsa-3072' | 'ec-p256'): KeyObject =>
  createPrivateKey(made({ kind: 'private-key', algorithm }));

describe('a value that is made', () => {
  it.each(FORMS)(
    'is another one each time, and would be accepted from an operator: $kind $algorithm',
    (form) => {
      const one = made(form);
      expect(made(form)).not.toBe(one);
      expect(accept(form, SecretValue.of(one), 0).value.text()).toBe(one);
    },
  );

  it('has as many random bytes as asked for, and no line end in a password', () => {
    expect(made({ kind: 'hex', bytes: 16 })).toMatch(/^[0-9a-f]{32}$/);
    expect(made({ kind: 'livekit-keys', apiKey: 'matrix-rtc' })).toMatch(/^matrix-rtc: [0-9a-f]{64}\n$/);
    expect(made({ kind: 'synapse-signing-key' })).toMatch(/^ed25519 a_[0-9a-f]{4} [A-Za-z0-9+/]{43}\n$/);
  });

  it('is a private key of the strength that is said', () => {
    const rsa = key('rsa-3072');
    expect(rsa.asymmetricKeyType).toBe('rsa');
    expect(rsa.asymmetricKeyDetails?.modulusLength).toBe(3072);
    expect(key('ec-p256').asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  it('is none where only the operator knows it', () => {
    expect(generate({ kind: 'given', pem: 'certificate' })).toBeUndefined();
  });
});

it('a private key that is damaged is refused, and not repeated', () => {
  const form: ValueForm = { kind: 'private-key', algorithm: 'ec-p256' };
  const damaged = made(form).replace(/\n.{10}/, '\n');
  expect(() => accept(form, SecretValue.of(damaged), 0)).toThrow(
    /^it is not a private key in PEM; give a file/,
  );
});
