/** A field that its schema does not allow. */
export interface Problem {
  readonly path: string;
  readonly what: string;
  readonly remedy: string;
}
