/**
 * All that socks uses of ip-address, which would be a third of what connections need: addresses as bytes, and bytes as
 * text. socks has found out before that an address is one.
 */
class Address4 {
  constructor(text) {
    this.text = text;
  }

  toArray() {
    return this.text.split('.').map(Number);
  }
}

class Address6 {
  constructor(text) {
    this.text = text;
  }

  static fromByteArray(bytes) {
    return new Address6(Buffer.from(bytes).toString('hex').match(/.{4}/g).join(':'));
  }

  /** Eight words of four digits. */
  canonicalForm() {
    const [head, tail] = new URL(`http://[${this.text}]`).hostname.slice(1, -1).split('::');
    const [first, last] = [head, tail].map((part) => (part ? part.split(':') : []));
    const between = Array(8 - first.length - last.length).fill('0');
    return [...first, ...between, ...last].map((word) => word.padStart(4, '0')).join(':');
  }
}

module.exports = { Address4, Address6 };
