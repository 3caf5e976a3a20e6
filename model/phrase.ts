/** Words for people with pieces of code between them. Who shows them decides how: it is data, not Markdown. */
export type Phrase = readonly (string | { readonly code: string })[];
