import { isRecord } from '../../plain/data.ts';
import { SopsProblem } from './problem.ts';

/** The `sops` block of a file. */
export interface SopsMetadata {
  /** Who can open it: the data key, encrypted for each of them. */
  readonly age: readonly WrappedKey[];
  /** Kinds of keys beside age that can open it too, by their names in the file. */
  readonly otherKinds: readonly string[];
  /** When the MAC was made, as it is written; the MAC is bound to it. */
  readonly lastModified: string;
  /** Encrypted; empty in a file that has none yet. */
  readonly mac: string;
  /** Whether the MAC covers only what is encrypted. */
  readonly macOnlyEncrypted: boolean;
  /** Whether sops encrypts the value at a path. Lists do not add to the path. */
  isEncrypted(path: readonly string[]): boolean;
}

/** The data key as one recipient can read it. */
export interface WrappedKey {
  readonly recipient: string;
  /** An armored file of age. */
  readonly enc: string;
}

/** What the files made here encrypt, as Flux documents it: the values, and nothing that Kubernetes needs to see. */
export const ENCRYPTED_REGEX = '^(data|stringData)$';

const OTHER_KINDS = ['pgp', 'kms', 'gcp_kms', 'hckms', 'azure_kv', 'hc_vault'];
const OTHER_RULES = [
  'unencrypted_suffix',
  'encrypted_suffix',
  'encrypted_comment_regex',
  'unencrypted_comment_regex',
];

/** A list of whole names: all that a rule needs, and all that takes no time to follow, whoever wrote it. */
const NAMES = /^\^(?:\((\w+(?:\|\w+)*)\)|(\w+))\$$/;

/** How a person encrypts a Secret so that this program and Flux can use it. */
export const ENCRYPT_COMMAND = `\`sops encrypt -i --encrypted-regex '${ENCRYPTED_REGEX}' --age <age1…> <file>\``;

const ENCRYPT_AGAIN = `decrypt it, and encrypt it with ${ENCRYPT_COMMAND}`;

/**
 * Reads the `sops` block.
 *
 * @param block all its values as text
 * @throws {SopsProblem} `unsupported`
 */
export function readMetadata(block: unknown): SopsMetadata {
  if (!isRecord(block)) throw unsupported('its sops block is not a group of keys', 'encrypt the file again');
  if (isFilled(block.key_groups)) {
    throw unsupported(
      'its key is split between several groups of keys (sops.key_groups)',
      'encrypt it for one group of age recipients',
    );
  }
  const { lastmodified, mac } = block;
  if (typeof lastmodified !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(lastmodified)) {
    throw unsupported(
      'sops.lastmodified is not a time such as 2026-01-31T12:00:00Z',
      'restore the sops block',
    );
  }
  const age = Array.isArray(block.age) ? block.age.map(wrappedKey) : [];
  if (age.length === 0) {
    throw unsupported(
      'it is not encrypted for an age recipient',
      'add one with `sops rotate -i --add-age <age1…>`',
    );
  }
  return {
    age,
    otherKinds: OTHER_KINDS.filter((kind) => isFilled(block[kind])),
    lastModified: lastmodified,
    mac: typeof mac === 'string' ? mac : '',
    macOnlyEncrypted: block.mac_only_encrypted === 'true',
    isEncrypted: encryptionRule(block),
  };
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

function wrappedKey(entry: unknown): WrappedKey {
  if (isRecord(entry) && typeof entry.recipient === 'string' && typeof entry.enc === 'string') {
    return { recipient: entry.recipient, enc: entry.enc };
  }
  throw unsupported('an entry of sops.age lacks its recipient or its key', 'restore the sops block');
}

function encryptionRule(block: Readonly<Record<string, unknown>>): SopsMetadata['isEncrypted'] {
  const other = OTHER_RULES.find((rule) => block[rule] !== undefined);
  const { encrypted_regex: encrypted, unencrypted_regex: unencrypted } = block;
  const written = encrypted ?? unencrypted;
  if (other !== undefined || typeof written !== 'string') {
    const rule = other ?? 'no encrypted_regex';
    throw unsupported(
      `it was encrypted with ${rule}, so that Flux cannot tell what kind of object it is`,
      ENCRYPT_AGAIN,
    );
  }
  const [, list, single] = NAMES.exec(written.slice(0, 1000)) ?? [];
  const names = (list ?? single)?.split('|');
  if (names === undefined || (encrypted !== undefined && unencrypted !== undefined)) {
    const name = encrypted === undefined ? 'unencrypted_regex' : 'encrypted_regex';
    throw unsupported(`its ${name} is not supported`, ENCRYPT_AGAIN);
  }
  const matches = (path: readonly string[]): boolean => path.some((step) => names.includes(step));
  return encrypted === undefined ? (path) => !matches(path) : matches;
}

function unsupported(what: string, remedy: string): SopsProblem {
  return new SopsProblem('unsupported', what, remedy);
}
