import { secretLabels } from '../../kubernetes/labels.ts';
import { isRecord } from '../../plain/data.ts';
import { objectText } from '../../render/yaml.ts';
import type { Manifest } from '../../stack/manifest.ts';
import type { KeyFacts, SecretFile } from '../../system/secret-files.ts';
import { typeOf } from '../../system/secrets.ts';
import { keyAnnotations, oldSigningKeyAnnotations, withoutKeys } from '../annotations.ts';
import type { SecretChange, Vault } from '../vault.ts';
import type { SealingCertificate } from './certificates.ts';
import { newSealedSecret } from './manifest.ts';
import { seal, sealingLabel } from './seal.ts';

/**
 * Seals for the controller of the cluster. What is sealed cannot be opened here.
 *
 * @param stack the stack's name, for labels
 */
export function sealedVault(stack: string, certificate: SealingCertificate): Vault {
  return {
    change: async ({ spec, namespace }, before, change) => {
      const { name } = spec;
      const sealed = Object.fromEntries(
        [...change.values].map(([key, { value }]) => [
          key,
          seal(value, certificate, { namespace, name, scope: 'strict' }),
        ]),
      );
      const scope = `strict ${sealingLabel({ namespace, name, scope: 'strict' })}`;
      const annotations = factsAfter(before, change, { certificate: certificate.fingerprint, scope });
      if (before !== undefined) return objectText(resealed(before.manifest, sealed, annotations));
      return objectText(
        newSealedSecret({
          namespace,
          name,
          type: typeOf(spec),
          labels: secretLabels(stack, spec),
          irreplaceable: spec.irreplaceable === true,
          annotations,
          encryptedData: sealed,
        }),
      );
    },
  };
}

/**
 * The same object with some values sealed anew, everything else as it is.
 *
 * @param sealed base64 by key
 * @param annotations all of them
 */
export function resealed(
  manifest: Manifest,
  sealed: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): Manifest {
  const spec = isRecord(manifest.spec) ? manifest.spec : {};
  const before = isRecord(spec.encryptedData) ? spec.encryptedData : {};
  return {
    ...manifest,
    metadata: { ...manifest.metadata, annotations },
    spec: { ...spec, encryptedData: { ...before, ...sealed } },
  };
}

function factsAfter(
  file: SecretFile | undefined,
  { values, oldSigningKeys }: SecretChange,
  sealed: Pick<KeyFacts, 'certificate' | 'scope'>,
): Readonly<Record<string, string>> {
  const before = withoutKeys(file?.manifest.metadata.annotations ?? {}, [...values.keys()]);
  const records = [...values].map(([key, { value: _, ...facts }]) =>
    keyAnnotations(key, { ...facts, ...sealed }),
  );
  return Object.assign({ ...before }, ...records, oldSigningKeyAnnotations(oldSigningKeys));
}
