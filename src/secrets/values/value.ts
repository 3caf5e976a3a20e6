import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/**
 * The plain value of a secret, in memory only. Whatever turns objects into text (templates, `JSON.stringify`,
 * `console.log`, error messages) sees `[secret]`; only {@link bytes} gives it out, and {@link wipe} ends it.
 */
export class SecretValue {
  readonly #bytes: Buffer;

  /** @param bytes taken over, not copied: wiped with this value */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A value from text, in UTF-8. */
  static of(text: string): SecretValue {
    return new SecretValue(Buffer.from(text, 'utf8'));
  }

  /** The value itself, not a copy: for the cipher, and for nothing that keeps it. */
  bytes(): Buffer {
    return this.#bytes;
  }

  /** The value as text, for what can only take text. Strings cannot be wiped: ask for it late and let it go early. */
  text(): string {
    return this.#bytes.toString('utf8');
  }

  /** Whether both are the same. */
  equals(other: SecretValue): boolean {
    return this.#bytes.equals(other.#bytes);
  }

  /** Overwrites the value. It is empty bytes of the same length from then on. */
  wipe(): void {
    this.#bytes.fill(0);
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
