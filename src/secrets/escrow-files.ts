/** A value that is encrypted a second time, for the day the cluster's key is gone. */
export interface EscrowFile {
  /** Path below the folder of ciphertext. */
  readonly path: string;
  readonly secret: string;
  readonly key: string;
  /** Of the value in it. */
  readonly revision: string;
  readonly text: string;
}

/** Where the copy of a value lies. The revision is in its name, so that a copy can never be taken for that of another value. */
export function escrowPath(secret: string, key: string, revision: string): string {
  return `escrow/${secret}/${key}.${revision}.age`;
}

/** Reads a path back; undefined for a file that is none of these. */
export function readEscrowPath(path: string): Omit<EscrowFile, 'text'> | undefined {
  const [, secret, key, revision] = /^escrow\/([^/]+)\/([^/]+)\.(r[0-9a-f]{16})\.age$/.exec(path) ?? [];
  return secret === undefined || key === undefined || revision === undefined
    ? undefined
    : { path, secret, key, revision };
}
