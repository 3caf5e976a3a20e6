/** A word as bash takes it: in single quotes, unless nothing in it means anything to a shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Text between double quotes of bash, where it means itself. */
export function inDoubleQuotes(text: string): string {
  return text.replaceAll(/["\\`$]/g, '\\$&');
}
