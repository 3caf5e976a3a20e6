/** A word as bash takes it: in single quotes, unless nothing in it means anything to a shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Text between double quotes of bash, where it means itself. */
export function inDoubleQuotes(text: string): string {
  return text.replaceAll(/["\\`$]/g, '\\$&');
}

/** Text of any lines as one word of bash, on one line. */
export function bashText(text: string): string {
  if (!/\p{Cc}/u.test(text)) return shellWord(text);
  const escaped = text
    .replaceAll(/[\\']/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll(/\p{Cc}/gu, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `$'${escaped}'`;
}
