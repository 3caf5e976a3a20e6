import { NEVER_PRUNE } from '../../constructs/flux-annotations.ts';
import { secretLabels } from '../../constructs/labels.ts';
import { SECRET_LABELS, SECRET_TYPES, type SecretSpec, typeOf } from '../../model/secrets.ts';
import { FACT_VALUES } from '../annotations.ts';
import { KEEP_SECRET } from '../sealed-secrets/manifest.ts';

/**
 * What may be in a file of ciphertext that is handed on to the cluster, as data: what `newSealedSecret` and
 * `newSopsFile` write, and nothing else. A new field that this program writes needs one line here.
 */
export type Shape = Text | Group | List | typeof CHECKED;

/** Looked at by the reader of the format: ciphertext, and what says which format it is. */
export const CHECKED = 'checked';

/** A text that has to be one of these, or to match. */
export interface Text {
  readonly text: RegExp | readonly string[];
  /** Whether a number or a switch may be written for it. @default false */
  readonly unquoted?: boolean;
}

/** A group of keys. */
export interface Group {
  readonly keys: Readonly<Record<string, Shape>>;
  /** Further keys by a pattern of their names. */
  readonly more?: readonly { readonly name: RegExp; readonly shape: Shape }[];
  /** Keys that must be there. @default none */
  readonly required?: readonly string[];
}

/** A list of groups. */
export interface List {
  readonly items: Shape;
}

/** The Secret that a file is for. */
export interface Expected {
  readonly namespace: string;
  readonly name: string;
  /** What the stack needs it for; undefined where it does not need it, so that it is not rendered. */
  readonly spec: SecretSpec | undefined;
}

const NAME: Text = { text: /^[a-z0-9][a-z0-9.-]{0,252}$/ };
/** The key of a Secret, as part of an annotation's name. */
const KEY = '[-._A-Za-z0-9]{1,253}';

/** A key of a Secret, as Kubernetes takes it. */
export const SECRET_KEY = new RegExp(`^(?!\\.\\.)(?!\\.$)${KEY}$`);

const exactly = (...texts: readonly string[]): Text => ({ text: texts });
const each = (texts: Readonly<Record<string, string>>): Readonly<Record<string, Text>> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, exactly(text)]));

/** The stack's name may be an older one: nothing selects by it. */
const LABELS: Group = {
  keys: {
    ...Object.fromEntries(
      Object.entries(secretLabels('', { name: '' })).map(([key, text]) => [
        key,
        text === '' ? NAME : exactly(text),
      ]),
    ),
    ...each(SECRET_LABELS),
  },
};

/** Facts about keys, and for Flux that the object stays. */
const annotations = (irreplaceable: boolean, required: boolean): Group => ({
  keys: irreplaceable ? each(NEVER_PRUNE) : {},
  required: required ? Object.keys(NEVER_PRUNE) : [],
  more: Object.entries(FACT_VALUES).map(([fact, text]) => ({
    name: new RegExp(`^${fact.replaceAll('.', '\\.')}/${KEY}$`),
    shape: { text },
  })),
});

/** The parts of a shape that depend on the Secret. */
function parts({ namespace, name, spec }: Expected): {
  readonly names: Readonly<Record<'name' | 'namespace', Text>>;
  readonly type: Text;
  readonly irreplaceable: boolean;
  /** Whether what keeps it from being removed must be there. */
  readonly mustStay: boolean;
} {
  return {
    names: { name: exactly(name), namespace: exactly(namespace) },
    type: exactly(...(spec === undefined ? SECRET_TYPES : [typeOf(spec)])),
    irreplaceable: spec === undefined || spec.irreplaceable === true,
    mustStay: spec?.irreplaceable === true,
  };
}

/** A SealedSecret: see `newSealedSecret`. */
export function sealedShape(expected: Expected): Group {
  const { names, type, irreplaceable, mustStay } = parts(expected);
  return {
    keys: {
      apiVersion: CHECKED,
      kind: CHECKED,
      metadata: { keys: { ...names, labels: LABELS, annotations: annotations(irreplaceable, mustStay) } },
      spec: {
        keys: {
          encryptedData: CHECKED,
          template: {
            keys: {
              type,
              metadata: {
                keys: {
                  ...names,
                  labels: LABELS,
                  annotations: {
                    keys: irreplaceable ? each(KEEP_SECRET) : {},
                    required: mustStay ? Object.keys(KEEP_SECRET) : [],
                  },
                },
              },
            },
          },
        },
      },
    },
  };
}

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
  const { names, type, irreplaceable, mustStay } = parts(expected);
  return {
    keys: {
      apiVersion: CHECKED,
      kind: CHECKED,
      metadata: { keys: { ...names, labels: LABELS, annotations: annotations(irreplaceable, mustStay) } },
      type,
      data: CHECKED,
      stringData: CHECKED,
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
