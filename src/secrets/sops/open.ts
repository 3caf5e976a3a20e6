import { createHash } from 'node:crypto';
import { AgeProblem, decryptWith, type Identity } from '../age.ts';
import { DATA_KEY_BYTES, readSealed, unseal } from './cipher.ts';
import { boundName, readDocument, type SopsDocument, sectionOf } from './document.ts';
import type { SopsMetadata } from './metadata.ts';
import { SopsProblem, TAKE_BACK } from './problem.ts';
import { readingOf } from './scalar.ts';
import { leavesOf } from './source.ts';

/** A file whose key was found and whose MAC is right. */
export interface OpenedDocument extends SopsDocument {
  readonly dataKey: Buffer;
  /** Every value as its section has it (Base64 in `data`), by what it is bound to. */
  readonly plain: Map<string, Buffer>;
}

/** What the MAC begins with when it covers only what is encrypted: SHA-256 of `sops`, by its sources. */
const ONLY_ENCRYPTED = createHash('sha256').update('sops').digest();

/**
 * Reads a file, finds its key, decrypts its values and checks its MAC.
 *
 * @throws {SopsProblem} any reason
 */
export async function openDocument(text: string, identities: readonly Identity[]): Promise<OpenedDocument> {
  const document = readDocument(text);
  const dataKey = await dataKeyOf(document.metadata, identities);
  const plain = new Map<string, Buffer>();
  const opened = { ...document, dataKey, plain };
  try {
    for (const { section, key, sealed } of document.values) {
      const name = boundName([section, key]);
      const value = sealed === undefined ? Buffer.alloc(0) : unseal(sealed, dataKey, name);
      if (value === undefined) {
        const what = `the value of "${key}" was changed without the key of the file, or belongs to another place`;
        throw new SopsProblem('changed', what, TAKE_BACK);
      }
      plain.set(name, value);
    }
    checkMac(opened);
    return opened;
  } catch (error) {
    wipe(opened);
    throw error;
  }
}

/** Overwrites the key and all values. */
export function wipe({ dataKey, plain }: Pick<OpenedDocument, 'dataKey' | 'plain'>): void {
  dataKey.fill(0);
  for (const value of plain.values()) value.fill(0);
}

async function dataKeyOf(
  { age, otherKinds }: SopsMetadata,
  identities: readonly Identity[],
): Promise<Buffer> {
  let damaged: string | undefined;
  for (const { recipient, enc } of age) {
    try {
      const dataKey = await decryptWith(identities, enc);
      if (dataKey.length === DATA_KEY_BYTES) return dataKey;
      dataKey.fill(0);
      damaged = recipient;
    } catch (error) {
      if (!(error instanceof AgeProblem)) throw error;
      if (error.reason === 'damaged') damaged = recipient;
    }
  }
  if (damaged !== undefined) {
    throw new SopsProblem('changed', `the file's key for ${damaged} was changed or cut off`, TAKE_BACK);
  }
  const recipients = age.map(({ recipient }) => recipient).join(', ');
  const others = otherKinds.length === 0 ? '' : ` (${otherKinds.join(', ')} are not used here)`;
  throw new SopsProblem(
    'no-identity',
    'the given age keys do not open this file',
    `give the key file of one of its recipients: ${recipients}${others}`,
  );
}

function checkMac(opened: OpenedDocument): void {
  const { metadata, dataKey } = opened;
  const sealed = readSealed(metadata.mac);
  const written = sealed && unseal(sealed, dataKey, metadata.lastModified);
  if (written?.toString('latin1') === macOf(opened)) return;
  throw new SopsProblem(
    'changed',
    'the file was changed without its key: its MAC does not fit what it holds',
    TAKE_BACK,
  );
}

/** The MAC of a file as it stands: over all values in their order, without keys and without anything between. */
export function macOf({
  root,
  metadata,
  plain,
}: Pick<OpenedDocument, 'root' | 'metadata' | 'plain'>): string {
  const hash = createHash('sha512');
  if (metadata.macOnlyEncrypted) hash.update(ONLY_ENCRYPTED);
  for (const { path, node } of leavesOf(root)) {
    const value = sectionOf(path[0]) === undefined ? undefined : plain.get(boundName(path));
    const reading = readingOf(node);
    if (value !== undefined) hash.update(value);
    else if (!metadata.macOnlyEncrypted && 'text' in reading) hash.update(reading.text);
  }
  return hash.digest('hex').toUpperCase();
}
