import type { Origin, Wish } from '../../secrets/verbs/change.ts';
import type { KeyStatus } from '../../secrets/verbs/status.ts';
import type { Diagnostic } from '../../stack/diagnostic.ts';
import type { SecretFile } from '../../system/secret-files.ts';
import type { SecretProvider } from '../../system/secret-settings.ts';
import type { SecretKey } from '../../system/secrets.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Problem } from '../problem.ts';
import type { RecipientStatus } from './recipient-status.ts';

/** A value that has changed, and what follows. */
export interface ChangedKey {
  readonly secret: string;
  readonly key: string;
  readonly how: Origin | 'resealed';
  /** Workloads that start again, in this order, once the change is rendered and applied; none for the same value. */
  readonly restarts: readonly string[];
  /** Programs around the stack that read it and need no restart, such as Traefik; only where there are any. */
  readonly takenUpBy?: readonly string[];
  /** What people notice then; only where a value was replaced. */
  readonly notice?: string;
  /** What to do by hand before that. */
  readonly before?: string;
}

/** Whom the values of this run are encrypted for. */
export interface EncryptedFor {
  /** SHA-256 of the controller's certificate, 64 hexadecimal digits; only with Sealed Secrets. */
  readonly certificate?: string;
  /** Age recipients: of the files with SOPS, of the copies in escrow with Sealed Secrets. */
  readonly recipients: readonly string[];
}

/** The result of one stack. */
export interface StackSecrets {
  readonly stack: string;
  readonly provider: SecretProvider['kind'];
  /** How each key is; only with `status`. */
  readonly status: readonly KeyStatus[];
  readonly changed: readonly ChangedKey[];
  /** Only where something was encrypted. */
  readonly encryptedFor?: EncryptedFor;
  /** Whom values are and would be encrypted for; only with `status`. */
  readonly recipients?: readonly RecipientStatus[];
  /** Keys that only the operator knows and that are still missing. */
  readonly missing: readonly string[];
  /** Paths of what was written and removed. */
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** What the operator should know. */
  readonly notices: readonly string[];
  /** Where somebody else keeps the values: how they are made there. */
  readonly commands?: readonly string[];
  /** Why nothing was done. */
  readonly problem?: Problem;
}

/** What a run came to. */
export interface SecretsResult {
  /** 0 fine, 1 something is missing or somebody is not accepted (status), 2 wrong input, 3 something around the program. */
  readonly exitCode: 0 | 1 | 2 | 3;
  readonly diagnostics: readonly Diagnostic[];
  readonly stacks: readonly StackSecrets[];
}

export function newKey({ secret, key, origin }: Wish, topology: Topology): ChangedKey {
  return { secret: secret.name, key: key.key, how: origin, ...readBy(key, topology) };
}

export function replacedKey(
  { secret, key, origin }: Pick<Wish, 'secret' | 'key' | 'origin'>,
  topology: Topology,
): ChangedKey {
  const { rotation: notice, afterRotation: before } = key;
  const changed = { secret: secret.name, key: key.key, how: origin, ...readBy(key, topology), notice };
  return before === undefined ? changed : { ...changed, before };
}

function readBy({ readers }: SecretKey, { peers }: Topology): Pick<ChangedKey, 'restarts' | 'takenUpBy'> {
  const isAround = (reader: string): boolean => peers.some(({ id }) => id === reader);
  const takenUpBy = readers.filter(isAround);
  const restarts = readers.filter((id) => !isAround(id));
  return takenUpBy.length === 0 ? { restarts } : { restarts, takenUpBy };
}

export function sealedAnew({ secret, key }: Wish): ChangedKey {
  return { secret: secret.name, key: key.key, how: 'resealed', restarts: [] };
}

/** Each key once, in however many namespaces it is. */
export function resealedKeys(files: readonly Pick<SecretFile, 'name' | 'keys'>[]): readonly ChangedKey[] {
  const all = files.flatMap(({ name, keys }) =>
    Object.keys(keys).map((key) => ({ secret: name, key, how: 'resealed', restarts: [] }) as const),
  );
  return [...new Map(all.map((one) => [`${one.secret}/${one.key}`, one])).values()];
}
