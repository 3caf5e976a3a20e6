import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate made for a test, with the key that opens what is sealed for it. */
export interface MadeCertificate {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

/** How the certificate is to be. */
export interface CertificateOptions {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** @default - a fresh RSA key of 2048 bits */
  readonly keys?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  /** Names that it is valid for. @default none */
  readonly hosts?: readonly string[];
  /** Who signs it, and calls itself the issuer. @default - itself, nameless */
  readonly issuer?: { readonly commonName: string; readonly privateKey: KeyObject };
}

/** A fresh RSA key pair. */
export function rsaKeys(modulusLength = 2048): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('rsa', { modulusLength });
}

/** One DER element: tag, length, content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

const sequence = (...content: readonly Buffer[]): Buffer => der(0x30, ...content);
const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
/** GeneralizedTime, which holds every year. */
const time = (date: Date): Buffer =>
  der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

/** A self-signed certificate as the controller makes them: no more than key and dates (RFC 5280, 4.1). */
export function makeCertificate(options: CertificateOptions = {}): MadeCertificate {
  const { publicKey, privateKey } = options.keys ?? rsaKeys();
  const { notBefore = new Date(Date.now() - 60_000) } = options;
  const { notAfter = new Date(notBefore.getTime() + 10 * 365 * 86_400_000) } = options;
  const rsa = publicKey.asymmetricKeyType === 'rsa';
  // sha256WithRSAEncryption, or ecdsa-with-SHA256.
  const algorithm = rsa
    ? sequence(objectId('2a864886f70d01010b'), der(0x05))
    : sequence(objectId('2a8648ce3d040302'));
  const nobody = sequence();
  const { hosts = [] } = options;
  const names = sequence(...hosts.map((name) => der(0x82, Buffer.from(name))));
  // subjectAltName (RFC 5280, 4.2.1.6).
  const extensions = der(0xa3, sequence(sequence(objectId('551d11'), der(0x04, names))));
  const { issuer } = options;
  // commonName as UTF8String (RFC 5280, 4.1.2.4).
  const issuerName =
    issuer === undefined
      ? nobody
      : sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(issuer.commonName)))));
  const certificate = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    issuerName,
    sequence(time(notBefore), time(notAfter)),
    nobody,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(hosts.length === 0 ? [] : [extensions]),
  );
  const signature = sign('sha256', certificate, issuer?.privateKey ?? privateKey);
  const whole = sequence(certificate, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  return { pem, privateKey };
}
