import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Bytes of the key that all values of a file are encrypted with. */
export const DATA_KEY_BYTES = 32;
const IV_BYTES = 32;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

const BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?';
const SEALED = new RegExp(
  `^ENC\\[AES256_GCM,data:(${BASE64}),iv:(${BASE64}),tag:(${BASE64}),type:([a-z]+)\\]$`,
);

/** A value as it stands encrypted in a SOPS file, taken apart. */
export interface Sealed {
  readonly data: Buffer;
  readonly iv: Buffer;
  readonly tag: Buffer;
  /** What it is once decrypted: `str`, `comment`, `int`, `float`, `bool`, `bytes` or `time`. */
  readonly type: string;
}

/** What `ENC[AES256_GCM,…]` holds; undefined when the text is nothing like it. */
export function readSealed(text: string): Sealed | undefined {
  const [, data, iv, tag, type] = SEALED.exec(text) ?? [];
  if (!data || !iv || tag === undefined || type === undefined) return undefined;
  const bytes = { data: Buffer.from(data, 'base64'), iv: Buffer.from(iv, 'base64') };
  const tagBytes = Buffer.from(tag, 'base64');
  return tagBytes.length === TAG_BYTES ? { ...bytes, tag: tagBytes, type } : undefined;
}

/**
 * Encrypts under a fresh random IV: the same value never gives the same text twice.
 * Nothing becomes the empty text, as sops has it.
 *
 * @param name what the text is bound to: at another place, or in another file, it does not open
 */
export function seal(plain: Buffer, dataKey: Buffer, name: string, type: 'str' | 'comment' = 'str'): string {
  if (plain.length === 0) return '';
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, dataKey, iv).setAAD(Buffer.from(name));
  const data = Buffer.concat([cipher.update(plain), cipher.final()]);
  const parts = { data, iv, tag: cipher.getAuthTag() };
  const written = Object.entries(parts).map(([part, bytes]) => `${part}:${bytes.toString('base64')}`);
  return `ENC[AES256_GCM,${written.join(',')},type:${type}]`;
}

/** The plain bytes; undefined when the key, the name or a single bit is another. */
export function unseal({ data, iv, tag }: Sealed, dataKey: Buffer, name: string): Buffer | undefined {
  const decipher = createDecipheriv(ALGORITHM, dataKey, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
  const plain = decipher.update(data);
  try {
    // GCM gives everything before the check, and nothing after it.
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    return undefined;
  }
}
