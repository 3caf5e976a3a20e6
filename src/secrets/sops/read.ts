import { readDocument, type SecretManifest } from './document.ts';

/** What a SOPS file says to everybody. The MAC proves it when the file is opened, apart from who can do that. */
export interface SopsFile {
  readonly manifest: SecretManifest;
  /** Names of the values, sorted. */
  readonly keys: readonly string[];
  /**
   * Who can open it with a key of age, as the file has it. Never proven: the MAC does not cover the `sops` block,
   * so whom to encrypt for must come from elsewhere.
   */
  readonly recipients: readonly string[];
  /** When it was last changed, as the file has it: `2026-01-31T12:00:00Z`. */
  readonly lastModified: string;
}

/**
 * Reads what can be read without a key.
 *
 * @throws {SopsProblem} `plain`, `no-secret` or `unsupported`
 */
export function readSopsFile(text: string): SopsFile {
  const { manifest, values, metadata } = readDocument(text);
  return {
    manifest,
    keys: values.map(({ key }) => key).sort(),
    recipients: metadata.age.map(({ recipient }) => recipient),
    lastModified: metadata.lastModified,
  };
}

/** Whether two lists name the same recipients, in whatever order and however often. */
export function sameRecipients(a: readonly string[], b: readonly string[]): boolean {
  return [...new Set(a)].sort().join() === [...new Set(b)].sort().join();
}
