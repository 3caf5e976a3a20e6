import { objectText } from '../../render/yaml.ts';
import { ownCommand } from '../../stack/own-command.ts';
import type { SecretFile } from '../../system/secret-files.ts';
import type { SecretKey, SecretSpec } from '../../system/secrets.ts';
import type { Identity } from '../age.ts';
import { factsOf, keyAnnotations } from '../annotations.ts';
import { openCopy } from '../escrow.ts';
import { SecretsProblem } from '../problem.ts';
import type { SealingCertificate } from '../sealed-secrets/certificates.ts';
import { readSealedSecret, type SealedValues } from '../sealed-secrets/manifest.ts';
import { resealed } from '../sealed-secrets/vault.ts';
import { copiesOf, fileName, knownKey, movedOf, type SecretsState } from '../state.ts';
import type { FolderChange, Wish } from './change.ts';
import { keyName } from './create.ts';

/** Keys whose values are sealed for another certificate than the newest. */
export function outdatedKeys(
  { keys }: Pick<SecretFile, 'keys'>,
  newest: Pick<SealingCertificate, 'fingerprint'>,
): readonly string[] {
  return Object.entries(keys)
    .filter(([, { certificate }]) => certificate !== newest.fingerprint)
    .map(([key]) => key);
}

/**
 * Has the controller seal values for its newest key. It opens them itself; nobody else sees them.
 *
 * @param newest the controller's newest certificate
 * @param rotate sends sealed values to the controller, and gives those that come back
 */
export async function resealByController(
  files: readonly SecretFile[],
  newest: SealingCertificate,
  rotate: (values: SealedValues) => Promise<Readonly<Record<string, string>>>,
): Promise<FolderChange> {
  const texts = new Map<string, string>();
  const expected = new Map<string, string | undefined>();
  for (const file of files) {
    const { found } = readSealedSecret(file.file, file.text);
    if (found === undefined) throw new Error(`${file.file} was read before`);
    const { namespace, name, scope, keys, annotations } = found;
    const encryptedData = Object.fromEntries(keys.map(({ key, sealed }) => [key, sealed]));
    const sealed = await rotate({ namespace, name, scope, encryptedData });
    const records = keys.map(({ key }) =>
      keyAnnotations(key, { ...factsOf(annotations, key), certificate: newest.fingerprint }),
    );
    const path = fileName(file);
    texts.set(
      path,
      objectText(resealed(file.manifest, sealed, Object.assign({ ...annotations }, ...records))),
    );
    expected.set(path, file.text);
  }
  return { texts, unwanted: new Set(), expected };
}

/** A key to take out of escrow, and the namespaces to seal it for. */
export interface Wanted {
  readonly secret: SecretSpec;
  readonly key: SecretKey;
  readonly places: readonly string[];
}

/**
 * Values out of escrow, to be sealed again as the same revisions.
 *
 * @param wanted the keys to take out
 * @throws SecretsProblem where the copy of a value is missing
 */
export async function planFromEscrow(
  wanted: readonly Wanted[],
  state: SecretsState,
  identities: readonly Identity[],
): Promise<readonly Wish[]> {
  const lacking: string[] = [];
  const wishes: Wish[] = [];
  for (const { secret, key, places } of wanted) {
    const record = knownKey(state, secret, key) ?? movedOf(state, secret)?.keys[key.key];
    const copies = copiesOf(state, secret, key);
    const copy =
      record?.revision === undefined
        ? copies.length === 1 && record === undefined
          ? copies[0]
          : undefined
        : copies.find(({ revision }) => revision === record.revision);
    if (copy === undefined) {
      lacking.push(keyName(secret, key));
      continue;
    }
    wishes.push({
      secret,
      key,
      value: await openCopy(copy, identities),
      origin: 'restored',
      revision: copy.revision,
      places,
      ...(record?.made === undefined ? {} : { made: record.made }),
      ...(record?.recipe === undefined ? {} : { recipe: record.recipe }),
    });
  }
  if (lacking.length === 0) return wishes;
  throw new SecretsProblem(
    `there is no copy in escrow of ${lacking.join(', ')}`,
    `let the controller reseal what it can open, with ${ownCommand('secrets reseal')} and without --from-escrow; rotate the others, and read docs/secrets.md first where the signing key is among them`,
  );
}
