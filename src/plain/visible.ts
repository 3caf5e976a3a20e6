/**
 * What a terminal, a browser or a reader of Markdown acts on instead of showing it: control and format characters
 * (colours, direction of text, zero width), line and paragraph separators, halves of characters, and the two code
 * points that are never characters.
 */
const HIDDEN = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|[\ufffe\uffff]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text of which every character can be seen, on one line: whatever a repository holds can be shown to a person.
 *
 * @example visible('a\u001b[31mb\n') // 'a\\u001b[31mb\\n'
 */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => SHORT[character] ?? escaped(character));
}

/** `\u001b`; `\u{e0041}` for what needs more digits. */
export function escaped(character: string): string {
  const digits = (character.codePointAt(0) ?? 0).toString(16);
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`;
}

/** `U+001B`, as Unicode names a character. */
export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
