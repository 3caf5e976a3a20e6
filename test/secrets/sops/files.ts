import { createHash } from 'node:crypto';
import { decryptWith } from '../../../src/secrets/age.ts';
import { readSealed, seal, unseal } from '../../../src/secrets/sops/cipher.ts';
import type { SecretManifest } from '../../../src/secrets/sops/document.ts';
import { newSopsFile, openSopsFile } from '../../../src/secrets/sops/file.ts';
import { SopsProblem } from '../../../src/secrets/sops/problem.ts';
import type { SopsFile } from '../../../src/secrets/sops/read.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { type FreshKey, problemOf } from '../keys.ts';

export const NOW = new Date('2026-01-31T12:34:56.789Z');
export const LATER = new Date('2026-02-01T00:00:00Z');

/** In every value of the tests, and so to be found in no message. */
export const CANARY = 'canary';

export const MANIFEST: SecretManifest = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'synapse', namespace: 'matrix', annotations: { 'example.org/revision': '7' } },
  type: 'Opaque',
};

/** Values by key, from texts. */
export function values(texts: Readonly<Record<string, string>>): ReadonlyMap<string, SecretValue> {
  return new Map(Object.entries(texts).map(([key, text]) => [key, SecretValue.of(text)]));
}

/** A file with two values. */
export function sample(
  { recipient }: FreshKey,
  texts: Readonly<Record<string, string>> = { one: 'canary 1', two: 'canary 2' },
  manifest: SecretManifest = MANIFEST,
): Promise<string> {
  return newSopsFile(manifest, values(texts), [recipient], NOW);
}

/** The values of a file as texts. */
export async function textsOf(text: string, { identities }: FreshKey): Promise<Record<string, string>> {
  const opened = await openSopsFile(text, identities);
  return Object.fromEntries([...opened].map(([key, value]) => [key, value.text()]));
}

/** The problem that work ends with, after a look that it says no value and no key. */
export async function refused(work: () => Promise<unknown> | SopsFile, key?: FreshKey): Promise<SopsProblem> {
  const problem = await problemOf(SopsProblem, work);
  const said = `${problem.message} ${problem.what} ${problem.remedy} ${problem.stack} ${problem.cause}`;
  if (said.includes(CANARY)) throw new Error('a value stands in an error');
  if (key !== undefined && said.includes(key.text)) throw new Error('a key stands in an error');
  return problem;
}

/** The lines of a text, with one changed. */
export function withLine(text: string, find: RegExp, change: (line: string) => string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => find.test(line));
  if (at === -1) throw new Error(`no line is like ${find}`);
  return lines.with(at, change(lines[at] ?? '')).join('\n');
}

/** The key that the values of a file are encrypted with. */
export function dataKeyOf(text: string, { identities }: FreshKey): Promise<Buffer> {
  const [armored = ''] = /-----BEGIN[\s\S]*?-----END AGE ENCRYPTED FILE-----/.exec(text) ?? [];
  return decryptWith(identities, armored.replace(/^ +/gm, ''));
}

/** What the MAC of a file says: SHA-512, upper case. */
export async function macIn(text: string, key: FreshKey): Promise<string | undefined> {
  const sealed = readSealed(/^ +mac: (.*)$/m.exec(text)?.[1] ?? '');
  const [, time = ''] = /^ +lastmodified: ['"](.*)['"]$/m.exec(text) ?? [];
  return sealed && unseal(sealed, await dataKeyOf(text, key), time)?.toString();
}

/** SHA-512 over parts, as the MAC has it. */
export function sha512(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').toUpperCase();
}

/** A changed file with the MAC that somebody who has the key would give it. */
export async function withMac(
  text: string,
  key: FreshKey,
  parts: readonly (string | Buffer)[],
): Promise<string> {
  const [, time = ''] = /^ +lastmodified: ['"](.*)['"]$/m.exec(text) ?? [];
  const mac = seal(Buffer.from(sha512(parts)), await dataKeyOf(text, key), time);
  return withLine(text, /^ +mac: /, (line) => line.replace(/ENC.*/, mac));
}
