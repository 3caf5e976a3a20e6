/** Words that readers of YAML take for something else than text. */
const OTHER = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** A text as one word of YAML to paste, in quotes where it needs them. */
export function flowWord(text: string): string {
  const isPlain = /^[A-Za-z][A-Za-z0-9./-]*$/.test(text) && !OTHER.test(text);
  return isPlain ? text : JSON.stringify(text);
}
