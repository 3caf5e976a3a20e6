import { AgeProblem, decryptWith, encryptFor, type Identity } from './age.ts';
import type { EscrowFile } from './escrow-files.ts';
import { SecretValue } from './values/value.ts';

/**
 * A value in a file of its own that only the given recipients can read, for the day the cluster and its keys are
 * gone. `age -d` gives the value itself, without an envelope or a newline of ours.
 *
 * @returns an armored file of age; another text each time
 * @throws {AgeProblem} `recipient`
 */
export function escrowText(value: SecretValue, recipients: readonly string[]): Promise<string> {
  return encryptFor(recipients, value.bytes());
}

/**
 * The value of an escrow file.
 *
 * @throws {AgeProblem} `no-match` or `damaged`
 */
export async function openEscrow(text: string, identities: readonly Identity[]): Promise<SecretValue> {
  return new SecretValue(await decryptWith(identities, text));
}

/**
 * The value of a copy; what is wrong with it names its file.
 *
 * @throws {AgeProblem} `no-match` or `damaged`
 */
export async function openCopy(
  { path, text }: EscrowFile,
  identities: readonly Identity[],
): Promise<SecretValue> {
  try {
    return await openEscrow(text, identities);
  } catch (error) {
    if (!(error instanceof AgeProblem)) throw error;
    throw new AgeProblem(error.reason, `${path}: ${error.what}`, error.remedy);
  }
}
