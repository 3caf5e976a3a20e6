import { generateIdentity, identityToRecipient } from 'age-encryption';
import { type Identity, readIdentities } from '../../src/secrets/age.ts';

/** A key of age that nobody else has. */
export interface FreshKey {
  readonly recipient: string;
  readonly identities: readonly Identity[];
  /** The private key as text: never to be found in any message. */
  readonly text: string;
}

export async function freshKey(): Promise<FreshKey> {
  const text = await generateIdentity();
  return { text, identities: readIdentities(text), recipient: await identityToRecipient(text) };
}

/** The error of a class that work ends with; any other, or none, fails the test. */
export async function problemOf<T extends Error>(
  kind: abstract new (...args: never[]) => T,
  work: () => unknown,
): Promise<T> {
  try {
    await work();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`no ${kind.name} was thrown`);
}
