/** One request to the controller, and what it may cost. */
export interface Request {
  readonly method: 'GET' | 'POST';
  /** Path on the controller, for example `/v1/cert.pem`. */
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** The answer may have this many bytes. */
  readonly limit: number;
  /** Milliseconds of the clock by which the answer must be complete, as `Date.now()` counts. */
  readonly deadline: number;
}

/** A way to the controller. */
export interface Transport {
  /** How messages name it. */
  readonly name: string;
  /** The text of a good answer. Throws a `ClusterProblem`. */
  send(request: Request): Promise<string>;
}
