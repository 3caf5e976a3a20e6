import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import type { OldSigningKey } from '../../system/secret-files.ts';
import { SecretsProblem } from '../problem.ts';
import { SecretValue } from './value.ts';

/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Bytes of a seed. */
const SEED = 32;

const REMEDY =
  'give the file of signing_key_path as Synapse wrote it: lines of "ed25519", a version such as a_1a2b, and 43 characters of base64';

/** One line of a signing key file. */
interface SigningKey {
  /** Such as `a_1a2b`. */
  readonly version: string;
  readonly seed: Buffer;
}

/** A new key for Synapse, in the text it reads: https://github.com/matrix-org/python-signedjson. */
export function newSigningKey(): SecretValue {
  // Four letters as Synapse's own: enough that no two keys of one server share a version.
  const version = `a_${randomBytes(2).toString('hex')}`;
  const seed = randomBytes(SEED);
  try {
    return line({ version, seed });
  } finally {
    seed.fill(0);
  }
}

/**
 * A signing key file as Synapse may have written it: its first key is the one to sign with, the others are old.
 *
 * @param expiredMs when the old ones were last used
 * @throws SecretsProblem
 */
export function readSigningKey(
  value: SecretValue,
  expiredMs: number,
): { readonly current: SecretValue; readonly id: string; readonly old: readonly OldSigningKey[] } {
  const [first, ...rest] = lines(value);
  if (first === undefined) throw new SecretsProblem('there is no signing key in it', REMEDY);
  const found = {
    current: line(first),
    id: `ed25519:${first.version}`,
    old: rest.map((one) => publicHalf(one, expiredMs)),
  };
  for (const { seed } of [first, ...rest]) seed.fill(0);
  return found;
}

/**
 * What others need to check signatures of a key that is not used any more.
 *
 * @param value a signing key file; its first key counts
 * @param expiredMs when it was last used, in milliseconds since 1970
 * @throws SecretsProblem when there is no key in it
 */
export function oldSigningKey(value: SecretValue, expiredMs: number): OldSigningKey {
  const [first] = lines(value);
  if (first === undefined) throw new SecretsProblem('there is no signing key in it', REMEDY);
  return publicHalf(first, expiredMs);
}

function line({ version, seed }: SigningKey): SecretValue {
  return SecretValue.of(`ed25519 ${version} ${seed.toString('base64').replace('=', '')}\n`);
}

function publicHalf({ version, seed }: SigningKey, expiredMs: number): OldSigningKey {
  const der = Buffer.concat([PKCS8, seed]);
  const { x = '' } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  der.fill(0);
  // JSON web keys are in the alphabet for URLs, Matrix in the usual one.
  return { id: `ed25519:${version}`, key: x.replaceAll('-', '+').replaceAll('_', '/'), expiredMs };
}

function lines(value: SecretValue): readonly SigningKey[] {
  const keys: SigningKey[] = [];
  for (const [index, text] of value.text().split('\n').entries()) {
    if (text.trim() === '') continue;
    const wrong = (what: string): SecretsProblem =>
      new SecretsProblem(`line ${index + 1} of the signing key ${what}`, REMEDY);
    const [algorithm = '', version = '', base64 = '', ...rest] = text.trim().split(' ');
    if (algorithm !== 'ed25519') throw wrong('does not begin with ed25519, the only kind Synapse signs with');
    if (!/^[A-Za-z0-9_]+$/.test(version)) throw wrong('has no version of letters, digits and underscores');
    const seed = Buffer.from(base64, 'base64');
    if (rest.length > 0 || !/^[A-Za-z0-9+/]{43}=?$/.test(base64) || seed.length !== SEED) {
      throw wrong('does not end with 32 bytes in base64');
    }
    keys.push({ version, seed });
  }
  const versions = new Set(keys.map(({ version }) => version));
  if (versions.size < keys.length) throw new SecretsProblem('two of its keys have one version', REMEDY);
  return keys;
}
