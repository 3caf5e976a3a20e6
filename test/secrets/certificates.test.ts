import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCertificates, type SealingCertificate } from '../../src/secrets/sealed-secrets/certificates.ts';
import { choose, joinPem } from '../../src/secrets/sealed-secrets/choice.ts';
import { makeCertificate, rsaKeys } from './x509.ts';

const DAY = 86_400_000;
const NOW = new Date('2026-11-21T12:00:00Z');
const keys = rsaKeys();

/** A certificate that begins and ends so many days from now. */
const from = (begin: number, end = begin + 3650): string =>
  makeCertificate({
    keys,
    notBefore: new Date(NOW.getTime() + begin * DAY),
    notAfter: new Date(NOW.getTime() + end * DAY),
  }).pem;

const PEM = from(-1);

/** A block whose bytes go on behind the certificate. */
function withTail(pem: string): string {
  const bytes = Buffer.concat([new X509Certificate(pem).raw, Buffer.from([5, 0])]);
  return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

function read(text: string): readonly SealingCertificate[] {
  const { certificates, problems } = readCertificates('c.pem', text);
  expect(problems).toEqual([]);
  return certificates ?? [];
}

/** `kind@line` of everything wrong. */
const wrong = (text: string): readonly string[] =>
  readCertificates('c.pem', text).problems.map(({ kind, position }) => `${kind}@${position.line}`);

describe('readCertificates', () => {
  it('reads one, with fingerprint, dates and key', () => {
    const [certificate] = read(PEM);
    const raw = new X509Certificate(PEM).raw;
    expect(certificate?.fingerprint).toBe(createHash('sha256').update(raw).digest('hex'));
    expect(certificate?.notBefore).toEqual(new Date('2026-11-20T12:00:00Z'));
    expect(certificate?.notAfter).toEqual(new Date(Date.parse('2026-11-20T12:00:00Z') + 3650 * DAY));
    expect(certificate?.publicKey.equals(keys.publicKey)).toBe(true);
    expect(certificate?.pem).toBe(PEM);
  });

  it('reads several, with comments, empty lines, a byte order mark and Windows line ends', () => {
    const other = from(-40);
    const text = `\uFEFF# ours\n\n${PEM}\n# the last one\n${other}`.replaceAll('\n', '\r\n');
    expect(read(text).map(({ pem }) => pem)).toEqual([PEM, other]);
  });

  it.each([
    ['an empty text', '', 'none@1'],
    ['a web page', '\n<!DOCTYPE html>\n<html></html>', 'none@2'],
    ['something else', '# c\nhello\nworld\n', 'none@2'],
    ['a certificate that is cut off', PEM.split('\n').slice(0, 5).join('\n'), 'garbage@1'],
    ['one that begins within another', `-----BEGIN CERTIFICATE-----\nAAAA\n${PEM}`, 'garbage@1'],
    ['a line between', `${PEM}subject=x\n${PEM}`, `garbage@${PEM.split('\n').length}`],
    ['a damaged line', PEM.replace(/\n(.{10})/, '\n$1*'), 'garbage@2'],
    ['swapped lines', PEM.replace(/\n(.{64})\n(.{64})\n/, '\n$2\n$1\n'), 'garbage@1'],
    ['something left over behind the certificate', withTail(PEM), 'garbage@1'],
    ['a public key', keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'other-block@1'],
    ['a small key', makeCertificate({ keys: rsaKeys(1024) }).pem, 'weak-key@1'],
    [
      'an elliptic curve',
      makeCertificate({ keys: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) }).pem,
      'not-rsa@1',
    ],
  ])('refuses %s, and says where', (_, text, expected) => {
    expect(wrong(text)).toEqual([expected]);
  });

  it('refuses a good certificate beside a bad block: nothing is left out unsaid', () => {
    const { certificates, problems } = readCertificates(
      'c.pem',
      `${PEM}-----BEGIN X-----\n-----END X-----\n`,
    );
    expect(certificates).toBeUndefined();
    expect(problems).toHaveLength(1);
  });

  describe('of a damaged certificate', () => {
    const raw = new X509Certificate(PEM).raw;
    const modulus = Buffer.from(keys.publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
    const flipped = (at: number, bit = 1): string => {
      const bytes = Buffer.from(raw);
      bytes.writeUInt8(bytes.readUInt8(at) ^ bit, at);
      const base64 = bytes.toString('base64').replace(/.{1,64}/g, '$&\n');
      return `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n`;
    };

    it('finds a bit of the modulus that has changed: nobody could open what is sealed for it', () => {
      const begin = raw.indexOf(modulus);
      expect(begin).toBeGreaterThan(0);
      expect(wrong(`# one\n${flipped(begin + 100)}`)).toEqual(['bad-signature@2']);
      expect(wrong(PEM + flipped(begin + modulus.length - 1, 2))).toEqual([
        `bad-signature@${PEM.split('\n').length}`,
      ]);
    });

    it('finds any byte that has changed', () => {
      const found = new Set(Array.from(raw.keys(), (at) => wrong(flipped(at)).join()));
      expect([...found].filter((one) => !/^(?:garbage|bad-signature|not-rsa|weak-key)@1$/.test(one))).toEqual(
        [],
      );
    });
  });

  it('reads a certificate that was issued by another one, and says that it was', () => {
    const authority = rsaKeys();
    const { pem } = makeCertificate({ keys, issuer: { commonName: 'ca', privateKey: authority.privateKey } });
    const [issued, own] = read(pem + PEM);
    expect(issued?.selfIssued).toBe(false);
    expect(own?.selfIssued).toBe(true);
    expect(own?.line).toBe(pem.split('\n').length);
  });

  describe('with a private key', () => {
    const pkcs1 = keys.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const pkcs8 = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const secret = `data:\n  tls.crt: x\n  tls.key: ${Buffer.from(pkcs1).toString('base64')}\n`;

    it.each([
      ['behind a certificate', `${PEM}${pkcs8}`, PEM.split('\n').length],
      ['indented', `a: |\n${pkcs1.replaceAll(/^/gm, '  ')}`, 2],
      ['in a Secret', secret, 3],
    ])('%s refuses loudly and prints none of it', (_, text, line) => {
      const { certificates, problems } = readCertificates('c.pem', text);
      expect(certificates).toBeUndefined();
      expect(problems).toMatchObject([{ kind: 'private-key', position: { file: 'c.pem', line } }]);
      const said = JSON.stringify(problems);
      const body = pkcs1.split('\n').slice(1, -2).concat(pkcs8.split('\n').slice(1, -2));
      for (const part of body) expect(said).not.toContain(part);
      expect(said).not.toContain('LS0tLS1CRUdJTi');
    });
  });
});

describe('choose', () => {
  const chosen = (...begins: readonly (readonly [number, number])[]) =>
    choose(read(begins.map(([begin, end]) => from(begin, end)).join('')), NOW);
  const ageOf = (certificate: SealingCertificate | undefined): number =>
    (NOW.getTime() - (certificate?.notBefore.getTime() ?? 0)) / DAY;

  it('takes the newest, wherever it stands', () => {
    const { certificate, warning } = chosen([-31, 100], [-1, 100], [-61, 9999]);
    expect(ageOf(certificate)).toBe(1);
    expect(warning).toBeUndefined();
  });

  it('leaves out what has ended or not begun', () => {
    expect(ageOf(chosen([-1, -0.5], [-20, 100], [1, 100]).certificate)).toBe(20);
  });

  it('grants the controller a clock that is some minutes ahead', () => {
    expect(chosen([4 / 1440, 100]).certificate).toBeDefined();
    expect(chosen([6 / 1440, 100]).problem?.kind).toBe('not-yet-valid');
  });

  it('warns of one that is older than the renewal and its slack', () => {
    expect(chosen([-35, 100]).warning).toBeUndefined();
    const { certificate, warning } = chosen([-36, 100]);
    expect(ageOf(certificate)).toBe(36);
    expect(warning).toMatchObject({ kind: 'old', what: expect.stringContaining('36 days old') });
  });

  it('says when all have ended, with the last day', () => {
    const { certificate, problem } = chosen([-400, -30], [-300, -2]);
    expect(certificate).toBeUndefined();
    expect(problem?.kind).toBe('expired');
    expect(problem?.what).toContain('2026-11-19');
  });

  it('says when one is to come, and when there is none', () => {
    expect(chosen([-400, -30], [2, 30]).problem?.kind).toBe('not-yet-valid');
    expect(choose([], NOW).problem?.kind).toBe('none');
  });
});

describe('joinPem', () => {
  it('puts the newest first and each once, whatever the order', () => {
    const [old, middle, young] = [from(-90), from(-60), from(-30)];
    const text = joinPem(read(old + middle), read(young + middle));
    expect(text).toBe(young + middle + old);
    expect(joinPem(read(young), read(old + middle))).toBe(text);
    expect(joinPem(read(text), [])).toBe(text);
  });
});
