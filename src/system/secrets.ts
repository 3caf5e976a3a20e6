/** How the value of a key comes about. What is made is made from the operating system's randomness. */
export type ValueForm =
  /** Random bytes as lower-case hexadecimal digits, without a newline: a password that survives any shell. */
  | {
      readonly kind: 'hex';
      readonly bytes: number;
      /** True where a program hands it through a shell unquoted, so that nothing but letters and digits survives. */
      readonly unquoted?: true;
    }
  /** Synapse's own: a line `ed25519 <version> <seed in unpadded base64>` for the key it signs with. */
  | { readonly kind: 'synapse-signing-key' }
  /** LiveKit's own: a line `<apiKey>: <secret>`, as YAML. */
  | { readonly kind: 'livekit-keys'; readonly apiKey: string }
  /** A private key as PEM (PKCS #8). */
  | { readonly kind: 'private-key'; readonly algorithm: 'rsa-3072' | 'ec-p256' }
  /** Something only the operator knows, in PEM. */
  | { readonly kind: 'given'; readonly pem: 'certificate' | 'private key' }
  /** Whatever the operator enters, byte for byte; of one line, without its end. */
  | { readonly kind: 'entered' }
  /**
   * Put together from fixed text and the values of other keys: never given, and made again when one of them changes.
   * Fixed text alone is for a key that somebody else demands beside a secret one, such as `username`.
   */
  | { readonly kind: 'composed'; readonly parts: readonly [ComposedPart, ...ComposedPart[]] };

/** Fixed text, which holds nothing secret, or the value of another key. */
export type ComposedPart =
  | string
  | {
      /** The Secret that has the key. @default - the one that is composed */
      readonly secret?: string;
      readonly key: string;
      /**
       * `text`: as it is; `json`: as a string in double quotes, which JSON and YAML read as this value whatever
       * characters it has; `url`: as a part of a URL, all but letters, digits and `-_.~` percent-encoded, which means
       * the same inside a string of JSON or YAML.
       */
      readonly as: 'text' | 'json' | 'url';
    };

/** One key of a Secret: what it is for, how its value comes about, and what changing it does. */
export interface SecretKey {
  readonly key: string;
  readonly what: string;
  /**
   * Who reads it: workloads, in the order in which they should start again after a rotation, and peers, which take up
   * a new value by themselves.
   */
  readonly readers: readonly string[];
  readonly form: ValueForm;
  /** What it means when somebody else has it, or nobody has it any more. */
  readonly loss: string;
  /** What people notice when it is replaced. */
  readonly rotation: string;
  /** Days after which `secrets status` calls it old. @default - it is kept until there is a reason */
  readonly rotateAfterDays?: number;
  /** What a person has to do by hand after it was rotated, before the pods start again. */
  readonly afterRotation?: string;
}

/** What Kubernetes takes a Secret for. Of some it demands certain keys. */
export type SecretType =
  | { readonly kind: 'opaque' }
  /** `tls.crt` and `tls.key`: a certificate for these hosts, which somebody gives. */
  | { readonly kind: 'tls'; readonly hosts: readonly string[] }
  /** `username` and `password`. */
  | { readonly kind: 'basic-auth' };

/** Kubernetes' own names for the types. */
const TYPES: Readonly<Record<SecretType['kind'], string>> = {
  opaque: 'Opaque',
  tls: 'kubernetes.io/tls',
  'basic-auth': 'kubernetes.io/basic-auth',
};

/** Every type that a Secret of a stack can have, in Kubernetes' words. */
export const SECRET_TYPES: readonly string[] = Object.values(TYPES);

/**
 * Labels that a Secret can have beside those of every object, and what they say. Each does no harm on any Secret.
 * `cnpg.io/reload`: CloudNativePG applies a new password at once, and not when it looks the next time.
 *
 * @see https://cloudnative-pg.io/documentation/current/declarative_role_management/
 */
export const SECRET_LABELS = { 'cnpg.io/reload': 'true' } as const;

/** One of {@link SECRET_LABELS}. */
export type SecretLabel = keyof typeof SECRET_LABELS;

/** Where a Secret is needed. */
export interface SecretPlace {
  readonly namespace: string;
}

/**
 * A Secret that the stack's workloads read and that does not come from the rendered files. It has one value for each
 * key, wherever it is needed.
 */
export interface SecretSpec {
  readonly name: string;
  /** The namespaces that need it, the main one first. What is encrypted for one of them opens in no other. */
  readonly places: readonly [SecretPlace, ...SecretPlace[]];
  /** @default - opaque */
  readonly type?: SecretType;
  /** Labels that somebody in the cluster looks for. @default - none */
  readonly labels?: readonly SecretLabel[];
  /** True where losing it cannot be mended: nothing may remove it by mistake. */
  readonly irreplaceable?: true;
  readonly keys: readonly SecretKey[];
}

/** The type of a Secret as Kubernetes knows it. */
export function typeOf({ type }: Pick<SecretSpec, 'type'>): string {
  return TYPES[type?.kind ?? 'opaque'];
}

/** The hosts that a Secret's certificate has to be valid for; undefined for a Secret without one. */
export function certificateHosts({ type }: Pick<SecretSpec, 'type'>): readonly string[] | undefined {
  return type?.kind === 'tls' ? type.hosts : undefined;
}

/** 32 random bytes: what no computer guesses. */
export const RANDOM_HEX_32: ValueForm = { kind: 'hex', bytes: 32 };
