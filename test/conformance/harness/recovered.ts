import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeseal, sops } from '../tools/go.ts';
import { manifestFiles, objectsIn, type Stack } from './dist.ts';
import { mapping, text } from './json.ts';
import { run } from './programs.ts';
import type { Values } from './secrets.ts';

/** The rendered files with the ciphertext of a stack. */
function files(stack: Stack): string[] {
  return manifestFiles(join(stack.folder, 'secrets'));
}

/** A Secret's values, by `secret/key`. */
export function valuesOf(secret: unknown): Values {
  const name = text(secret, 'metadata', 'name') ?? '?';
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(mapping(secret, 'stringData'))) {
    values[`${name}/${key}`] = String(value);
  }
  for (const [key, value] of Object.entries(mapping(secret, 'data'))) {
    values[`${name}/${key}`] = Buffer.from(String(value), 'base64').toString('utf8');
  }
  return values;
}

/**
 * The values that kubeseal takes out of a stack's rendered SealedSecrets.
 *
 * @param keyFile the controller's private keys, as PEM or as a list of Secrets
 */
export async function unsealed(stack: Stack, keyFile: string): Promise<Values> {
  const program = await kubeseal();
  const args = ['--recovery-unseal', '--recovery-private-key', keyFile, '-o', 'json'];
  const values: Values[] = [];
  for (const file of files(stack)) {
    const secret: unknown = JSON.parse(await run(program, args, { input: readFileSync(file, 'utf8') }));
    values.push(valuesOf(secret));
  }
  return Object.assign({}, ...values);
}

/** The values that sops takes out of a stack's rendered Secrets, with a file of private age keys. */
export async function decrypted(stack: Stack, identityFile: string): Promise<Values> {
  const program = await sops();
  const values: Values[] = [];
  for (const file of files(stack)) {
    const plain = await run(program, ['-d', file], { env: { SOPS_AGE_KEY_FILE: identityFile } });
    values.push(...objectsIn(plain, file).map(valuesOf));
  }
  return Object.assign({}, ...values);
}
