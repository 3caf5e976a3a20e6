import type { KeyObject } from 'node:crypto';
import { load } from 'js-yaml';
import { dig } from '../../stacks.ts';
import { unseal } from '../unseal.ts';

/** Every sealed value of a folder by `NAMESPACE/SECRET/KEY`, as the controller opens it where its file is for. */
export function unsealAll(
  files: ReadonlyMap<string, string>,
  privateKey: KeyObject,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [path, text] of files) {
    if (!path.endsWith('.yaml')) continue;
    const object = load(text);
    const place = `${String(dig(object, 'metadata', 'namespace'))}/${String(dig(object, 'metadata', 'name'))}`;
    for (const [name, sealed] of Object.entries(Object(dig(object, 'spec', 'encryptedData')))) {
      found.set(`${place}/${name}`, unseal(String(sealed), privateKey, place).toString());
    }
  }
  return found;
}
