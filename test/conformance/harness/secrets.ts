import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debian } from '../tools/debian.ts';
import { run, runFolder } from './programs.ts';

/** Gives the dummy value of a Secret's key; the same one every time it is asked. */
export type Secrets = (secret: string, key: string) => string;

/** Values of Secrets, by `secret/key`. */
export type Values = Readonly<Record<string, string>>;

/** A server certificate and the authority that signed it, as PEM text. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** A certificate for the given host names, from an authority of its own. */
export async function certificates(hosts: readonly string[]): Promise<Certificates> {
  await debian('openssl');
  const cwd = runFolder('certificates');
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const authority = ['-x509', ...key, '-subj', '/CN=conformance', '-keyout', 'ca.key', '-out', 'ca.crt'];
  await run('openssl', ['req', ...authority], { cwd });
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-addext', `subjectAltName=${names}`];
  const server = ['-x509', ...key, ...signed, '-subj', '/CN=server', '-keyout', 'tls.key', '-out', 'tls.crt'];
  await run('openssl', ['req', ...server], { cwd });
  const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
  return { authority: read('ca.crt'), certificate: read('tls.crt'), privateKey: read('tls.key') };
}

/** A line as signedjson writes it: algorithm, version, unpadded base64 of the 32-byte seed. */
export function signingKey(): string {
  const { d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(d, 'base64url').toString('base64').replace(/=+$/, '');
  return `ed25519 a_${randomBytes(2).toString('hex').replace(/\d/g, 'x')} ${seed}\n`;
}

/**
 * Dummy secrets: random, except where a program wants a certain form. `known` comes first and is asked with
 * `secret/key`, then with the key alone.
 */
export function dummySecrets(known: Values = {}): Secrets {
  const made = new Map<string, string>();
  return (secret, key) => {
    const id = `${secret}/${key}`;
    const value = known[id] ?? known[key] ?? made.get(id) ?? makeUp(key);
    made.set(id, value);
    return value;
  };
}

function makeUp(key: string): string {
  if (/signing/i.test(key)) return signingKey();
  return randomBytes(24).toString('base64url');
}
