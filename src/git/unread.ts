/** Why something of a git repository was not read. Nothing is wrong with the repository then, as far as is known. */
export class GitUnread extends Error {
  /** @param why in words that follow "because": `it is a linked worktree` */
  constructor(readonly why: string) {
    super(why);
  }
}
