/** One key of a Secret: what it is for and how a person makes it. */
export interface SecretKey {
  readonly key: string;
  readonly what: string;
  /** Workloads that read it. */
  readonly readers: readonly string[];
  /** The shell expression, run by bash, whose output becomes the value. Holds nothing secret itself. */
  readonly make: string;
  /** What losing or changing it means for the people who use the server. */
  readonly loss: string;
}

/** A Secret that the stack's workloads read and that does not come from the rendered files. */
export interface SecretSpec {
  readonly namespace: string;
  readonly name: string;
  /** Made from a certificate and its key, for these hosts; absent for a Secret of generated values. */
  readonly certificateFor?: readonly string[];
  readonly keys: readonly SecretKey[];
}

/**
 * Random hexadecimal digits without a newline: a Secret's key that becomes an environment variable
 * keeps every byte, and a newline in a password is a password nobody can type.
 */
export const RANDOM_HEX_32 = "openssl rand -hex 32 | tr -d '\\n'";
/** The same, half as long. */
export const RANDOM_HEX_16 = "openssl rand -hex 16 | tr -d '\\n'";
