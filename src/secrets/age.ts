import { readBech32 } from '../plain/bech32.ts';
import { isRecipient } from '../stack/age-recipient.ts';
import { SecretsProblem } from './problem.ts';
import { SecretValue } from './values/value.ts';

const POST_QUANTUM = 'age1pq1';

/** Something about recipients, keys or encrypted files of age that stops the work. Holds no key and no value. */
export class AgeProblem extends SecretsProblem {
  /**
   * @param reason `recipient`: not one, or none; `identity`: the key file holds none that can be used;
   *   `no-match`: encrypted for other keys; `damaged`: no age file, or changed since it was encrypted
   * @param what what is wrong
   * @param remedy what to do about it
   */
  constructor(
    readonly reason: 'recipient' | 'identity' | 'no-match' | 'damaged',
    what: string,
    remedy: string,
  ) {
    super(what, remedy);
  }
}

/**
 * A private key of age. It is a {@link SecretValue} since whoever has it has every value:
 * text (`AGE-SECRET-KEY-1…`), which nothing prints.
 */
export type Identity = SecretValue;

/** What to do where a private key is needed and none is named. */
export const NAME_IDENTITY =
  'name the file that holds it in the environment variable SOPS_AGE_KEY_FILE, or with --identity';

/**
 * The private keys of a key file as `age-keygen` writes it: one a line, between comments and empty lines.
 *
 * @throws {AgeProblem} `identity`, naming the line
 */
export function readIdentities(text: string): readonly Identity[] {
  if (text.trimStart().startsWith('-----BEGIN AGE ENCRYPTED FILE')) {
    throw new AgeProblem(
      'identity',
      'the key file is itself encrypted',
      'decrypt it with `age -d` first, and give the result',
    );
  }
  const identities = text.split('\n').flatMap((written, index) => {
    const line = written.trim();
    return line === '' || line.startsWith('#') ? [] : [identityOf(line, index + 1)];
  });
  if (identities.length > 0) return identities;
  throw new AgeProblem('identity', 'the key file holds no key', 'make one with `age-keygen -o <file>`');
}

function identityOf(line: string, number: number): Identity {
  const read = /^AGE-SECRET-KEY-(PQ-)?1[02-9AC-HJ-NP-Z]+$/.test(line)
    ? readBech32(line.toLowerCase())
    : undefined;
  if (read?.bytes.length === 32) return SecretValue.of(line);
  throw new AgeProblem(
    'identity',
    `line ${number} of the key file is not a private key of age`,
    line.startsWith('AGE-PLUGIN-')
      ? 'keys of age plugins cannot be used here: add a recipient of your own, made with `age-keygen`'
      : 'it must be AGE-SECRET-KEY-1… as `age-keygen` writes it; comments start with #',
  );
}

/**
 * The recipients that private keys belong to.
 *
 * @throws {AgeProblem} `identity`
 */
export async function recipientsOf(identities: readonly Identity[]): Promise<readonly string[]> {
  if (identities.length === 0) return [];
  const { identityToRecipient } = await import('age-encryption');
  try {
    return await Promise.all(identities.map((identity) => identityToRecipient(identity.text())));
  } catch {
    // The library's own words would quote the key.
    throw new AgeProblem(
      'identity',
      'a given key is not a private key of age',
      'give the file that `age-keygen` made',
    );
  }
}

/**
 * Encrypts bytes so that any one of the recipients can read them.
 *
 * @returns the armored file, with a newline at its end; never the same twice
 * @throws {AgeProblem} `recipient` when there is none, one is wrong, or post-quantum ones stand beside others,
 *   which age itself refuses since the others would give the post-quantum ones' promise away
 */
export async function encryptFor(recipients: readonly string[], plain: Uint8Array): Promise<string> {
  const distinct = checkedRecipients(recipients);
  const postQuantum = distinct.filter((recipient) => recipient.startsWith(POST_QUANTUM));
  if (postQuantum.length > 0 && postQuantum.length < distinct.length) {
    throw new AgeProblem(
      'recipient',
      'age does not mix post-quantum recipients with others',
      `give only ${POST_QUANTUM}…, or only other keys`,
    );
  }
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of distinct) encrypter.addRecipient(recipient);
  let encrypted: Uint8Array;
  try {
    encrypted = await encrypter.encrypt(plain);
  } catch {
    // Well written, and still no key: a point of low order.
    throw new AgeProblem(
      'recipient',
      `age cannot encrypt for ${distinct.map(shortened).join(', ')}`,
      'use recipients that `age-keygen` printed',
    );
  }
  return armor.encode(encrypted);
}

/**
 * The recipients, each once.
 *
 * @throws {AgeProblem} `recipient` when there is none, or one is wrong
 */
export function checkedRecipients(recipients: readonly string[]): readonly string[] {
  const wrong = recipients.find((recipient) => !isRecipient(recipient));
  if (wrong !== undefined) {
    // A private key in the wrong place must not be printed.
    const isPrivate = /^\s*AGE-(SECRET-KEY|PLUGIN)-/i.test(wrong);
    const what = isPrivate
      ? 'a private key is written where a recipient (a public key) belongs'
      : `"${shortened(wrong)}" is not an age recipient`;
    const remedy = 'write the public key, age1…, that `age-keygen -y <key file>` prints';
    throw new AgeProblem('recipient', what, remedy);
  }
  if (recipients.length > 0) return [...new Set(recipients)];
  throw new AgeProblem('recipient', 'there is nobody to encrypt for', 'give one recipient or more, age1…');
}

function shortened(recipient: string): string {
  return recipient.length <= 70 ? recipient : `${recipient.slice(0, 20)}…${recipient.slice(-6)}`;
}

/**
 * Decrypts an armored file with whichever of the keys fits.
 *
 * @throws {AgeProblem} `no-match` or `damaged`; `identity` for a key that {@link readIdentities} did not give
 */
export async function decryptWith(identities: readonly Identity[], armored: string): Promise<Buffer> {
  const { armor, Decrypter } = await import('age-encryption');
  const damaged = (): AgeProblem =>
    new AgeProblem(
      'damaged',
      'this is not a file that age encrypted, or it was changed since',
      'take it from a backup or from git again',
    );
  const decrypter = new Decrypter();
  try {
    for (const identity of identities) decrypter.addIdentity(identity.text());
  } catch {
    // The library's own words would quote the key.
    throw new AgeProblem(
      'identity',
      'a given key is not a private key of age',
      'give the file that `age-keygen` made',
    );
  }
  let file: Uint8Array;
  try {
    file = armor.decode(armored);
  } catch {
    throw damaged();
  }
  try {
    const plain = await decrypter.decrypt(file);
    return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  } catch (error) {
    // The library has no classes of errors; its tests hold this text.
    if (error instanceof Error && error.message.startsWith('no identity matched')) {
      throw new AgeProblem(
        'no-match',
        'the given keys do not open this file of age',
        'give the key file of one of those it was encrypted for',
      );
    }
    throw damaged();
  }
}
