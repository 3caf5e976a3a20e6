/** Words for people with pieces of code between them. Who shows them decides how: it is data, not Markdown. */
export type Phrase = readonly (string | { readonly code: string })[];

/** The same without marks, for messages. */
export function plainText(words: Phrase): string {
  return words.map((word) => (typeof word === 'string' ? word : word.code)).join('');
}
