/** Something that a person should know and that stops nothing. */
export interface Notice {
  /** The file or folder that it is about, from where the command runs. */
  readonly file: string;
  readonly what: string;
  readonly remedy: string;
}
