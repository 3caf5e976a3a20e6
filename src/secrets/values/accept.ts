import { createPrivateKey, X509Certificate } from 'node:crypto';
import { countText } from '../../stack/limits.ts';
import type { OldSigningKey } from '../../system/secret-files.ts';
import type { ValueForm } from '../../system/secrets.ts';
import { SecretsProblem } from '../problem.ts';
import { readSigningKey } from './signing-key.ts';
import { SecretValue } from './value.ts';

/** A value that an operator gave, as it will be encrypted. */
export interface Accepted {
  readonly value: SecretValue;
  /** Keys that were in it beside the one that Synapse signs with. */
  readonly oldSigningKeys: readonly OldSigningKey[];
}

/** Fewest characters of a password. Those that programs make themselves have 32 and more. */
const SHORTEST = 16;

/**
 * Checks a value that an operator gave for a key, and brings it into the form that programs read.
 *
 * @param nowMs the time, in milliseconds since 1970
 * @throws SecretsProblem saying what is wrong with it, without a part of it
 */
export function accept(form: ValueForm, given: SecretValue, nowMs: number): Accepted {
  switch (form.kind) {
    case 'hex':
      return plain(password(given, form.unquoted === true));
    case 'synapse-signing-key': {
      const { current, old } = readSigningKey(given, nowMs);
      return { value: current, oldSigningKeys: old };
    }
    case 'livekit-keys':
      return plain(livekitKeys(given, form.apiKey));
    case 'private-key':
      return plain(pem(given, 'private key'));
    case 'given':
      return plain(pem(given, form.pem));
    case 'entered':
      return plain(entered(given));
    case 'composed':
      throw new Error('a composed value is not given');
  }
}

function plain(value: SecretValue): Accepted {
  return { value, oldSigningKeys: [] };
}

/** Files and terminals end a line that is no part of the value. */
function withoutLineEnd(given: SecretValue): string {
  return given.text().replace(/\r?\n$/, '');
}

function password(given: SecretValue, unquoted: boolean): SecretValue {
  const text = withoutLineEnd(given);
  const remedy = `give one line of at least ${SHORTEST} ${unquoted ? 'letters, digits, dashes and underscores' : 'printable characters without a space'}, or let one be generated`;
  if (text.length < SHORTEST) throw new SecretsProblem(`it has ${text.length} characters`, remedy);
  if (!(unquoted ? /^[A-Za-z0-9_-]+$/ : /^[!-~]+$/).test(text)) {
    throw new SecretsProblem('it has characters that the programs which read it would change', remedy);
  }
  return SecretValue.of(text);
}

/** Most bytes of a value that an operator enters: every file with it is read, reviewed and applied whole. */
const LARGEST = 65_536;

/** Editors end a line that is no part of a password; a file of several lines, or of bytes, stays as it is. */
function entered(given: SecretValue): SecretValue {
  const bytes = given.bytes();
  if (bytes.length > LARGEST) {
    throw new SecretsProblem(`it has ${countText(bytes.length)} bytes`, `give at most ${countText(LARGEST)}`);
  }
  const line = /^([^\r\n]*)\r?\n$/.exec(bytes.toString('latin1'))?.[1];
  const value = line === undefined ? bytes : bytes.subarray(0, line.length);
  if (value.length === 0) throw new SecretsProblem('it is empty', 'give a value, or leave it out');
  return new SecretValue(value);
}

function livekitKeys(given: SecretValue, apiKey: string): SecretValue {
  const text = withoutLineEnd(given);
  const remedy = `give the secret alone, or a line "${apiKey}: " with the secret behind it`;
  const [, name, secret = ''] = /^(?:(\S+): +)?(\S+)$/.exec(text) ?? [];
  if (name !== undefined && name !== apiKey) {
    throw new SecretsProblem(`it is for another API key than ${apiKey}, which the programs use`, remedy);
  }
  // https://github.com/livekit/livekit/blob/master/pkg/config/config.go: shorter ones are warned about.
  if (!/^[A-Za-z0-9_+/=-]{32,}$/.test(secret)) {
    throw new SecretsProblem('its secret is not at least 32 letters and digits in one line', remedy);
  }
  return SecretValue.of(`${apiKey}: ${secret}\n`);
}

function pem(given: SecretValue, what: 'certificate' | 'private key'): SecretValue {
  try {
    if (what === 'certificate') new X509Certificate(given.bytes());
    else createPrivateKey(given.bytes());
  } catch {
    // What the library says may quote what it read.
    const label = what === 'certificate' ? 'CERTIFICATE' : 'PRIVATE KEY';
    throw new SecretsProblem(
      `it is not a ${what} in PEM`,
      `give a file that begins with -----BEGIN ${label}-----, without a passphrase`,
    );
  }
  return SecretValue.of(given.text());
}
