import { SECRET } from '../../kinds/keys.ts';
import { at, type Data, data, text } from '../../plain/data.ts';
import { groupOf } from '../../stack/manifest.ts';

/** A value as SOPS writes it: https://github.com/getsops/sops/blob/main/aes/cipher.go. */
const ENCRYPTED =
  /^ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:[a-z]+\]$/;

/** True for a Secret that is encrypted by SOPS: Flux decrypts it before the API server sees it. */
export function isSopsEncrypted(object: Data): boolean {
  if (!isSecret(object) || typeof at(object, 'sops', 'mac') !== 'string') return false;
  return ['data', 'stringData'].every((field) =>
    Object.values(data(object[field])).every(
      (value) => value === '' || (typeof value === 'string' && ENCRYPTED.test(value)),
    ),
  );
}

/** True for a Secret as the API server has it: its values are in the clear, or encrypted by SOPS. */
export function isSecret({ apiVersion, kind }: Data): boolean {
  return `${groupOf(text(apiVersion) ?? '')}/${text(kind)}` === SECRET;
}

/** The same object as Flux hands it to the API server, but for its values. */
export function withoutSops(object: Data): Data {
  const { sops: _sops, data: _data, stringData: _stringData, ...rest } = object;
  return rest;
}
