/** Why a file or folder of a repository was refused. */
export type FileProblemKind =
  /** There is nothing of that name. */
  | 'missing'
  /** The system does not let it be read, or a symbolic link in its path leads nowhere. */
  | 'unreadable'
  /** It points outside the repository. */
  | 'outside'
  /** It is a folder, a pipe, a device or the like, or larger than anything honest. */
  | 'unfit'
  /** It looks like a git repository, whose configuration can name programs, or is inside a `.git` folder. */
  | 'repository';

/**
 * A file or folder of a repository that is not used. Holds nothing that the file says, and not where a link leads: both
 * may be somebody else's.
 */
export class FileProblem extends Error {
  /**
   * @param path as the caller named it
   * @param what what is wrong, without the path: `it is a symbolic link`
   * @param remedy what to do about it
   */
  constructor(
    readonly kind: FileProblemKind,
    readonly path: string,
    readonly what: string,
    readonly remedy: string,
  ) {
    super(`${path}: ${what}; ${remedy}`);
  }
}
