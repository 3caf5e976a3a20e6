import type { KeptSecret } from '../model/kept-secrets.ts';
import type { SecretKey, SecretSpec } from '../model/secrets.ts';
import type { EscrowFile } from './escrow-files.ts';
import type { ReadSecrets } from './kept.ts';

/** Everything about a stack's ciphertext. */
export interface SecretsState extends ReadSecrets {
  readonly escrow: readonly EscrowFile[];
}

/** A Secret of the catalogue as it is kept, if it is. */
export function keptOf(
  { kept }: Pick<SecretsState, 'kept'>,
  { namespace, name }: Pick<SecretSpec, 'namespace' | 'name'>,
): KeptSecret | undefined {
  return kept.find((one) => one.namespace === namespace && one.name === name);
}

/** What is kept under the name of a Secret of the catalogue, but opens in another namespace only. */
export function movedOf(
  { elsewhere }: Pick<SecretsState, 'elsewhere'>,
  { name }: Pick<SecretSpec, 'name'>,
): KeptSecret | undefined {
  return elsewhere.find((one) => one.name === name);
}

/** The copies of a key's values in escrow: of the present one, and of any that was left there. */
export function copiesOf(
  { escrow }: Pick<SecretsState, 'escrow'>,
  { name }: Pick<SecretSpec, 'name'>,
  { key }: Pick<SecretKey, 'key'>,
): readonly EscrowFile[] {
  return escrow.filter((copy) => copy.secret === name && copy.key === key);
}

/** The name of a Secret's file in its folder. */
export function fileName({ file }: Pick<KeptSecret, 'file'>): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
