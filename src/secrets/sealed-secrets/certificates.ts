import { type KeyObject, X509Certificate } from 'node:crypto';
import { ownCommand } from '../../stack/own-command.ts';
import type { Problem } from './problem.ts';

/** A certificate of the controller: what a value is sealed for. Public. */
export interface SealingCertificate {
  /** SHA-256 of the certificate: 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** The certificate counts from this moment on: when the controller made the key. */
  readonly notBefore: Date;
  /** The certificate counts up to this moment. */
  readonly notAfter: Date;
  /** RSA, 2048 bits or more. */
  readonly publicKey: KeyObject;
  /** The certificate as PEM text, ending in a newline. */
  readonly pem: string;
  /**
   * Whether it says that it was issued by itself, as the controller's are; then its signature was checked. Of any
   * other nothing here can tell whether it is undamaged.
   */
  readonly selfIssued: boolean;
  /** Where it begins in the text that it was read from, counted from 1. */
  readonly line: number;
}

/** What can be wrong with a text of certificates. */
export type CertificateProblem = Problem<
  'none' | 'private-key' | 'other-block' | 'garbage' | 'not-rsa' | 'weak-key' | 'bad-signature'
>;

/** What came of reading PEM text: at least one certificate, or everything that is wrong. */
export type CertificatesResult =
  | { readonly certificates: readonly SealingCertificate[]; readonly problems: readonly [] }
  | { readonly certificates: undefined; readonly problems: readonly CertificateProblem[] };

/** RSA keys below this are refused; the controller makes 4096. */
const LEAST_BITS = 2048;

/** What to do where there is no usable certificate. */
export const GET_ONE =
  'put the certificate there that the controller gives at /v1/cert.pem (kubeseal --fetch-cert)';

/** A PEM block and the line where it begins. */
interface Block {
  readonly label: string;
  readonly line: number;
  /** Undefined when the block is broken, which has been told then. */
  base64: string | undefined;
}

/**
 * Reads one or several certificates in PEM. Between them only empty lines and lines that begin with `#` may
 * stand. A private key anywhere in the text is refused.
 *
 * @param file name for messages
 */
export function readCertificates(file: string, text: string): CertificatesResult {
  const problems: CertificateProblem[] = [];
  const report = (kind: CertificateProblem['kind'], line: number, what: string, remedy: string): void => {
    problems.push({ kind, position: { file, line, column: 1 }, what, remedy });
  };
  const keyLine = privateKeyLine(text);
  if (keyLine !== undefined) {
    const what = 'this is a private key, and whoever has it can open every value sealed for it';
    const remedy =
      'delete this file and everything it was copied to, its history too; if others may have seen it, let the ' +
      `controller make a new key, run ${ownCommand('secrets reseal')}, and change every value that was sealed for this one`;
    report('private-key', keyLine, what, remedy);
    return { certificates: undefined, problems };
  }
  const certificates: SealingCertificate[] = [];
  const blocks = readBlocks(text, (line, what) => report('garbage', line, what, GET_ONE));
  for (const { label, line, base64 } of blocks) {
    if (base64 === undefined) continue;
    if (label !== 'CERTIFICATE') {
      report('other-block', line, `this is a ${label}, not a CERTIFICATE`, GET_ONE);
      continue;
    }
    const certificate = parsed(base64, line);
    if (certificate === undefined) {
      report('garbage', line, 'what begins here is damaged, or not a certificate at all', GET_ONE);
      continue;
    }
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
    if (asymmetricKeyType !== 'rsa') {
      const what = `the key of this certificate is ${asymmetricKeyType ?? 'unknown'}, and sealing needs RSA`;
      report('not-rsa', line, what, `this is not a certificate of the controller: ${GET_ONE}`);
      continue;
    }
    const bits = asymmetricKeyDetails?.modulusLength ?? 0;
    if (bits < LEAST_BITS) {
      const what = `the RSA key of this certificate has ${bits} bits: too few to keep anything secret`;
      report('weak-key', line, what, `start the controller with --key-size=4096, then ${GET_ONE}`);
      continue;
    }
    if (certificate.selfIssued && !certificate.isIntact) {
      const what = 'this certificate is damaged: its own signature does not match';
      report('bad-signature', line, what, `remove it, and ${GET_ONE}`);
      continue;
    }
    const { isIntact: _, ...good } = certificate;
    certificates.push(good);
  }
  // Garbage without any certificate is one finding, not one per line.
  if (blocks.length === 0) {
    const line = problems[0]?.position.line ?? 1;
    const html = /^\s*<(?:!doctype|html|head|body)\b/i.test(text);
    const what = html ? 'this is a web page, not a certificate' : 'this text holds no certificate';
    return {
      certificates: undefined,
      problems: [{ kind: 'none', position: { file, line, column: 1 }, what, remedy: GET_ONE }],
    };
  }
  return problems.length > 0 ? { certificates: undefined, problems } : { certificates, problems: [] };
}

/**
 * The line of a private key, in PEM or in the base64 that a Secret holds it in (the controller keeps its keys
 * in Secrets, and `kubectl get secret -o yaml` prints them so); undefined without one.
 */
function privateKeyLine(text: string): number | undefined {
  const index = text.split('\n').findIndex((line) => {
    if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY/i.test(line)) return true;
    const encoded = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{0,40}/.exec(line)?.[0] ?? '';
    return Buffer.from(encoded, 'base64').toString('latin1').includes('PRIVATE KEY');
  });
  return index < 0 ? undefined : index + 1;
}

/** The blocks of a PEM text; what does not belong there is told with its line. */
function readBlocks(text: string, garbage: (line: number, what: string) => void): readonly Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  const unfinished = (): void => {
    if (open === undefined) return;
    if (open.base64 !== undefined) garbage(open.line, 'this block has no end');
    open.base64 = undefined;
  };
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    const label = /^-----BEGIN ([A-Z0-9 ]{1,40})-----$/.exec(line)?.[1];
    if (label !== undefined) {
      unfinished();
      open = { label, line: index + 1, base64: '' };
      blocks.push(open);
    } else if (open === undefined) {
      if (line !== '' && !line.startsWith('#')) garbage(index + 1, 'this line is not part of a certificate');
    } else if (line === `-----END ${open.label}-----`) open = undefined;
    else if (/^[A-Za-z0-9+/]+={0,2}$/.test(line)) {
      if (open.base64 !== undefined) open.base64 += line;
    } else if (open.base64 !== undefined) {
      garbage(index + 1, 'this line is not base64, which a certificate is written in');
      open.base64 = undefined;
    }
  }
  unfinished();
  return blocks;
}

function parsed(base64: string, line: number): (SealingCertificate & { isIntact: boolean }) | undefined {
  const der = Buffer.from(base64, 'base64');
  try {
    const certificate = new X509Certificate(der);
    const [notBefore, notAfter] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
    // What OpenSSL leaves over behind the certificate would be in the file and in no fingerprint.
    if (certificate.raw.length !== der.length) return undefined;
    if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime())) return undefined;
    return {
      fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
      notBefore,
      notAfter,
      publicKey: certificate.publicKey,
      pem: pemOf(certificate.raw),
      selfIssued: certificate.subject === certificate.issuer,
      isIntact: certificate.verify(certificate.publicKey),
      line,
    };
  } catch {
    return undefined;
  }
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
