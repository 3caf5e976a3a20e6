/** What can go wrong on the way to a program in the cluster. */
export type ClusterProblemKind =
  /** The URL, namespace or name cannot be one. */
  | 'bad-address'
  /** The kubeconfig is missing, not valid, inside the repository, or asks for what is not supported. */
  | 'bad-configuration'
  /** The program that the kubeconfig names to log in with is missing, or failed. */
  | 'login-failed'
  /** The certificate of the server is not one of the authorities that it should come from. */
  | 'untrusted'
  /** The cluster does not know who asks. */
  | 'unauthorized'
  /** The cluster knows who asks, and does not let them. */
  | 'forbidden'
  /** There is nothing of that name. */
  | 'not-found'
  /** Nothing answers. */
  | 'unreachable'
  /** No complete answer came in time. */
  | 'timeout'
  /** It asked for fewer requests until the time was over. */
  | 'busy'
  /** The answer is larger than any honest one. */
  | 'too-large'
  /** The answer is something else than what was asked for. */
  | 'unexpected'
  /** It could not do what was asked. */
  | 'refused';

/** Why something in the cluster could not be asked. The message is complete: what, and what to do. */
export class ClusterProblem extends Error {
  /**
   * @param what what went wrong, without any value
   * @param remedy what to do about it
   */
  constructor(
    readonly kind: ClusterProblemKind,
    readonly what: string,
    readonly remedy: string,
  ) {
    super(`${what}; ${remedy}`);
  }
}

/** For an answer that no controller would give. */
export function tooLarge(limit: number): ClusterProblem {
  const what = `the answer is larger than ${limit / 1024} KiB`;
  return new ClusterProblem('too-large', what, 'something else than the controller answers there');
}

/** The controller takes two requests a second by default, and asks for patience beyond. */
export class Busy extends ClusterProblem {
  /** Milliseconds after which it may be asked again. */
  readonly retryAfter: number;

  /** @param seconds as the answer says them; what is no number counts as one second */
  constructor(name: string, seconds: number) {
    super('busy', `${name} takes no more requests for now`, 'wait a minute and run it again');
    this.retryAfter = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.5), 60) * 1000 : 1000;
  }
}
