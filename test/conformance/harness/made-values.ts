import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../../secrets/x509.ts';
import { runFolder } from './programs.ts';
import { unsealed } from './recovered.ts';
import { type Repository, repository, shippedStacks } from './repository.ts';
import type { Values } from './secrets.ts';

/** A repository whose Secrets are sealed for a certificate, and the file with its private key. */
export interface SealedRepository {
  readonly repository: Repository;
  readonly keyFile: string;
}

/** Seals all values of the shipped stacks for a fresh certificate by `secrets create`, and renders them. */
export async function sealedRepository(): Promise<SealedRepository> {
  const folder = runFolder('certificate');
  const [certificate, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const { pem, privateKey } = makeCertificate();
  writeFileSync(certificate, pem);
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const made = repository();
  await made.run(['secrets', 'create', '--yes', '--cert', certificate]);
  await made.run(['synth']);
  return { repository: made, keyFile };
}

let sealed: Promise<SealedRepository> | undefined;

/**
 * Values for the Secrets of a stack, come about as in a cluster: `secrets create` made and sealed them, synth
 * rendered them, kubeseal opened them. The same ones in all of a test file. None for stacks that this project does
 * not come with: their programs run with made-up ones.
 */
export async function madeValues(stack: string): Promise<Values> {
  if (!shippedStacks().includes(stack)) {
    console.log(`conformance: ${stack}: no stack file here: its Secrets are made up`);
    return {};
  }
  sealed ??= sealedRepository();
  const { repository, keyFile } = await sealed;
  return unsealed(repository.stack(stack), keyFile);
}
