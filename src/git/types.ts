/** The kinds of objects that git stores: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects. */
const TYPES = ['commit', 'tree', 'blob', 'tag'] as const;

/** An object of git. */
export interface GitObject {
  readonly type: (typeof TYPES)[number];
  readonly data: Buffer;
}

export function isObjectType(word: string | undefined): word is GitObject['type'] {
  return TYPES.some((type) => type === word);
}
