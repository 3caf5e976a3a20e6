import { CHECKED, CHECKED_VALUES, type Expected, type Group, type List, parts } from '../admission/shape.ts';

/** What the file can be opened with: keys of age, and nothing that names a server, a role or a program to ask. */
const AGE: List = {
  items: {
    keys: {
      recipient: { text: /^age1[02-9a-z]{1,4000}$/ },
      enc: {
        text: /^-----BEGIN AGE ENCRYPTED FILE-----\n(?:[A-Za-z0-9+/=]{1,64}\n){1,200}-----END AGE ENCRYPTED FILE-----\n?$/,
      },
    },
  },
};
const NO_LIST: List = { items: { keys: {} } };

/** A Secret encrypted by SOPS: see `newSopsFile`. */
export function sopsShape(expected: Expected): Group {
  const { names, labels, annotations, type } = parts(expected);
  return {
    keys: {
      apiVersion: CHECKED,
      kind: CHECKED,
      metadata: { keys: { ...names, labels, annotations } },
      type,
      data: CHECKED_VALUES,
      stringData: CHECKED_VALUES,
      sops: {
        keys: {
          age: AGE,
          pgp: NO_LIST,
          kms: NO_LIST,
          gcp_kms: NO_LIST,
          hckms: NO_LIST,
          azure_kv: NO_LIST,
          hc_vault: NO_LIST,
          key_groups: NO_LIST,
          lastmodified: CHECKED,
          mac: {
            text: /^ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:[A-Za-z0-9+/=]*,tag:[A-Za-z0-9+/=]*,type:str\]$/,
          },
          version: { text: /^[0-9A-Za-z.+-]{1,40}$/ },
          encrypted_regex: CHECKED,
          unencrypted_regex: CHECKED,
          mac_only_encrypted: { text: ['true', 'false'], unquoted: true },
          shamir_threshold: { text: /^\d{1,3}$/, unquoted: true },
        },
      },
    },
  };
}
