import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCertificates } from '../../src/secrets/sealed-secrets/certificates.ts';
import { scopeAnnotations, scopeOf } from '../../src/secrets/sealed-secrets/scope.ts';
import { seal, sealingLabel } from '../../src/secrets/sealed-secrets/seal.ts';
import { SecretValue } from '../../src/secrets/values/value.ts';
import { unseal } from './unseal.ts';
import { makeCertificate } from './x509.ts';

const { pem, privateKey } = makeCertificate();
const [certificate] = readCertificates('c.pem', pem).certificates ?? [];
if (certificate === undefined) throw new Error('no certificate');
const target = { namespace: 'app-matrix', name: 'synapse-secrets', scope: 'strict' } as const;

describe('seal', () => {
  it.each([
    ['text', Buffer.from('correct horse')],
    ['nothing', Buffer.alloc(0)],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['much', Buffer.alloc(200_000, 'x')],
  ])('of %s opens with the key, for its Secret', (_, bytes) => {
    const sealed = seal(new SecretValue(Buffer.from(bytes)), certificate, target);
    expect(sealed).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(unseal(sealed, privateKey, 'app-matrix/synapse-secrets').equals(bytes)).toBe(true);
  });

  it('has the length that the controller reads: two bytes, RSA, value, tag', () => {
    const sealed = Buffer.from(seal(SecretValue.of('1234567'), certificate, target), 'base64');
    expect(sealed.readUInt16BE(0)).toBe(256);
    expect(sealed).toHaveLength(2 + 256 + 7 + 16);
  });

  it.each(['app-matrix/other', 'other/synapse-secrets', 'app-matrix', ''])(
    'does not open as "%s"',
    (label) => {
      const sealed = seal(SecretValue.of('value'), certificate, target);
      expect(() => unseal(sealed, privateKey, label)).toThrow();
    },
  );

  it('never gives the same text twice: the session key is new each time', () => {
    const value = SecretValue.of('value');
    const made = Array.from({ length: 8 }, () => seal(value, certificate, target));
    expect(new Set(made).size).toBe(made.length);
    // The nonce is always zero: one session key for two values would give away what they differ in.
    const bodies = made.map((text) =>
      Buffer.from(text, 'base64')
        .subarray(2 + 256)
        .toString('hex'),
    );
    expect(new Set(bodies).size).toBe(made.length);
  });

  it('leaves the value as it was', () => {
    const value = SecretValue.of('value');
    seal(value, certificate, target);
    expect(value.text()).toBe('value');
  });

  it.each([{ name: '' }, { namespace: '' }])('refuses %j, and says no value', (part) => {
    const value = SecretValue.of('hunter2');
    const attempt = (): unknown => seal(value, certificate, { ...target, ...part });
    expect(attempt).toThrow(RangeError);
    try {
      attempt();
    } catch (error) {
      expect(inspect(error)).not.toContain('hunter2');
    }
  });
});

describe('scopes', () => {
  const wide = 'sealedsecrets.bitnami.com/cluster-wide';
  const namespaced = 'sealedsecrets.bitnami.com/namespace-wide';

  it.each([
    [{}, 'strict', 'a/b'],
    [{ [namespaced]: 'true' }, 'namespace-wide', 'a'],
    [{ [wide]: 'true' }, 'cluster-wide', ''],
    [{ [wide]: 'true', [namespaced]: 'true' }, 'cluster-wide', ''],
    [{ [wide]: 'True', [namespaced]: 'yes' }, 'strict', 'a/b'],
    [{ [wide]: true }, 'strict', 'a/b'],
  ] as const)('%j is %s', (annotations, scope, label) => {
    expect(scopeOf(annotations)).toBe(scope);
    expect(sealingLabel({ namespace: 'a', name: 'b', scope })).toBe(label);
    expect(scopeOf(scopeAnnotations(scope))).toBe(scope);
  });
});
