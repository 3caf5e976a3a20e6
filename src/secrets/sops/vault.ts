import { NEVER_PRUNE } from '../../kubernetes/flux-annotations.ts';
import { secretLabels } from '../../kubernetes/labels.ts';
import { typeOf } from '../../system/secrets.ts';
import { type Identity, NAME_IDENTITY } from '../age.ts';
import { keyAnnotations, oldSigningKeyAnnotations } from '../annotations.ts';
import { SecretsProblem } from '../problem.ts';
import type { Open, SecretChange, Vault } from '../vault.ts';
import { changeSopsFile, newSopsFile, openSopsFile } from './file.ts';
import { SopsProblem } from './problem.ts';

/** What a vault of SOPS files works with. */
export interface SopsVaultOptions {
  /** The stack's name, for labels. */
  readonly stack: string;
  /** All who can open what is written. */
  readonly recipients: readonly string[];
  /** Private keys of age; none where only new files are made. */
  readonly identities: readonly Identity[];
  readonly now: Date;
}

/** Encrypts for age recipients in the format of SOPS. What is there already opens with one of their private keys. */
export function sopsVault({ stack, recipients, identities, now }: SopsVaultOptions): Vault {
  return {
    change: async ({ spec, namespace }, before, change) => {
      const { name } = spec;
      const values = new Map([...change.values].map(([key, { value }]) => [key, value]));
      const annotations = { ...records(change), ...(spec.irreplaceable ? NEVER_PRUNE : {}) };
      if (before !== undefined) {
        needIdentity(identities, before.file);
        return await namingFile(before.file, () =>
          // Never under the key of a file that is there: whoever made it may have kept that key.
          changeSopsFile(before.text, identities, { values, annotations, recipients }, now),
        );
      }
      const metadata = { name, namespace, labels: secretLabels(stack, spec), annotations };
      return await newSopsFile(
        { apiVersion: 'v1', kind: 'Secret', metadata, type: typeOf(spec) },
        values,
        recipients,
        now,
      );
    },
  };
}

/** Opens files with the private key of one of their recipients, where there is one. */
export function opensSops(identities: readonly Identity[]): Open {
  return async ({ file, text }) =>
    identities.length === 0 ? undefined : await namingFile(file, () => openSopsFile(text, identities));
}

/** @throws SecretsProblem when there is none */
export function needIdentity(identities: readonly Identity[], file: string): void {
  if (identities.length > 0) return;
  throw new SecretsProblem(
    `changing ${file} needs the private age key of one of its recipients`,
    NAME_IDENTITY,
  );
}

/**
 * Names the file in what is wrong with it.
 *
 * @throws {SopsProblem}
 */
export async function namingFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SopsProblem)) throw error;
    const { reason, what, remedy, place } = error;
    const where = place === undefined ? file : `${file}:${place.line}:${place.column}`;
    throw new SopsProblem(reason, `${where}: ${what}`, remedy, place);
  }
}

function records({ values, oldSigningKeys }: SecretChange): Readonly<Record<string, string>> {
  return Object.assign(
    {},
    ...[...values].map(([key, { value: _, ...facts }]) => keyAnnotations(key, facts)),
    oldSigningKeyAnnotations(oldSigningKeys),
  );
}
