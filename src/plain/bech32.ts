const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const CHECKSUM_LENGTH = 6;

/** What a Bech32 text holds. */
export interface Bech32 {
  /** What stands before the last `1`. */
  readonly prefix: string;
  readonly bytes: Buffer;
}

/**
 * Reads a lower-case Bech32 text (BIP 173), without its limit of 90 characters, which age does not keep either.
 *
 * @returns undefined when a character, the checksum or the padding is wrong
 */
export function readBech32(text: string): Bech32 | undefined {
  const separator = text.lastIndexOf('1');
  const prefix = text.slice(0, separator);
  const words = [...text.slice(separator + 1)].map((character) => CHARSET.indexOf(character));
  if (!/^[\x21-\x40\x5b-\x7e]+$/.test(prefix) || words.length < CHECKSUM_LENGTH || words.includes(-1)) {
    return undefined;
  }
  if (checksum([...expanded(prefix), ...words]) !== 1) return undefined;
  const bytes = toBytes(words.slice(0, -CHECKSUM_LENGTH));
  return bytes === undefined ? undefined : { prefix, bytes };
}

function expanded(prefix: string): number[] {
  const codes = [...Buffer.from(prefix, 'latin1')];
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksum(words: readonly number[]): number {
  let sum = 1;
  for (const word of words) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ word;
    for (const [bit, part] of GENERATOR.entries()) if ((top >> bit) & 1) sum ^= part;
  }
  return sum;
}

/** Groups of five bits as bytes; what is left over must be less than five bits, and zero. */
function toBytes(words: readonly number[]): Buffer | undefined {
  const bytes: number[] = [];
  let rest = 0;
  let bits = 0;
  for (const word of words) {
    rest = (rest << 5) | word;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(rest >> bits);
    rest &= (1 << bits) - 1;
  }
  return bits < 5 && rest === 0 ? Buffer.from(bytes) : undefined;
}
