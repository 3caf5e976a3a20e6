/** Whether a text is a SHA-256 as this program writes it: 64 lower-case hexadecimal digits. */
export function isFingerprint(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/**
 * A fingerprint that a person writes, with or without colons, in any case, also with what openssl prints before it;
 * undefined when it is not one.
 */
export function readFingerprint(written: string): string | undefined {
  const digits = written
    .trim()
    .replace(/^sha-?256(?: fingerprint)?[=:\s]\s*/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  return isFingerprint(digits) ? digits : undefined;
}

/** A fingerprint as openssl prints it, so that the two can be compared by eye: `SHA-256 AB:CD:…`. */
export function shownFingerprint(fingerprint: string): string {
  return `SHA-256 ${withColons(fingerprint)}`;
}

/** `AB:CD:…` */
export function withColons(fingerprint: string): string {
  return (fingerprint.match(/../g) ?? []).join(':').toUpperCase();
}
