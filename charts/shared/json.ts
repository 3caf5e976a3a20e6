/** JSON as people read it: two spaces, one final newline. Keys keep the order they were written in. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
