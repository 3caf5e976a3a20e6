import { NEVER_PRUNE } from '../../kubernetes/flux-annotations.ts';
import { secretLabels } from '../../kubernetes/labels.ts';
import { SECRET_LABELS, SECRET_TYPES, type SecretSpec, typeOf } from '../../system/secrets.ts';
import { FACT_VALUES } from '../annotations.ts';

/**
 * What may be in a file of ciphertext that is handed on to the cluster, as data: what is written here, and nothing else.
 * Each format has its own, next to what writes it; a new field that this program writes needs one line there.
 */
export type Shape = Text | Group | List | typeof CHECKED | typeof CHECKED_VALUES;

/** Looked at by the reader of the format: ciphertext, and what says which format it is. */
export const CHECKED = 'checked';

/** Values that the reader of the format has looked at, below keys that it has not. */
export const CHECKED_VALUES = 'checked values';

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
  /** What to do about keys that must not be there. @default - remove them */
  readonly refused?: Readonly<Record<string, string>>;
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

/** One of these texts. */
export const exactly = (...texts: readonly string[]): Text => ({ text: texts });
/** Exactly these texts by key. */
export const each = (texts: Readonly<Record<string, string>>): Readonly<Record<string, Text>> =>
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

/** Facts about keys, and for whatever applies it that the object stays. */
const annotations = (irreplaceable: boolean, required: boolean): Group => ({
  keys: irreplaceable ? each(NEVER_PRUNE) : {},
  required: required ? Object.keys(NEVER_PRUNE) : [],
  more: Object.entries(FACT_VALUES).map(([fact, text]) => ({
    name: new RegExp(`^${fact.replaceAll('.', '\\.')}/${KEY}$`),
    shape: { text },
  })),
});

/** The parts of a shape that every format has. */
export function parts({ namespace, name, spec }: Expected): {
  readonly names: Readonly<Record<'name' | 'namespace', Text>>;
  readonly labels: Group;
  readonly annotations: Group;
  readonly type: Text;
  /** Whether it may say that it is never to be removed. */
  readonly irreplaceable: boolean;
  /** Whether it must say so. */
  readonly mustStay: boolean;
} {
  const irreplaceable = spec === undefined || spec.irreplaceable === true;
  const mustStay = spec?.irreplaceable === true;
  return {
    names: { name: exactly(name), namespace: exactly(namespace) },
    labels: LABELS,
    annotations: annotations(irreplaceable, mustStay),
    type: exactly(...(spec === undefined ? SECRET_TYPES : [typeOf(spec)])),
    irreplaceable,
    mustStay,
  };
}
