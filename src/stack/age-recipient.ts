import { readBech32 } from '../plain/bech32.ts';

/** Bytes of the public key behind each kind of recipient: X25519, and post-quantum (ML-KEM-768 with X25519). */
const KEY_BYTES: Readonly<Record<string, number>> = { age: 32, age1pq: 1216 };

/** Whether a text is a recipient of age, `age1…`, with a checksum that fits. */
export function isRecipient(text: string): boolean {
  if (!text.startsWith('age1')) return false;
  const read = readBech32(text);
  return read !== undefined && KEY_BYTES[read.prefix] === read.bytes.length;
}
