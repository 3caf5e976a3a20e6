import type { Stack } from '../../../charts/stack/stack.ts';
import { isOutdated } from '../../system/composed.ts';
import { isMadeByOthers, type SecretFile } from '../../system/secret-files.ts';
import { keepsCiphertext } from '../../system/secret-settings.ts';
import type { SecretKey, SecretSpec } from '../../system/secrets.ts';
import { namedRecipients } from '../formats.ts';
import type { SealingCertificate } from '../sealed-secrets/certificates.ts';
import { sameRecipients } from '../sops/read.ts';
import { copiesOf, differs, fileFor, movedOf, type SecretsState } from '../state.ts';

/** What can be said of a key without opening anything. */
export type KeyState =
  | 'present'
  | 'missing'
  /** Sealed for another namespace, where it does not open. */
  | 'other-namespace'
  /** Sealed for a certificate that is not the newest, or not known here. */
  | 'other-certificate'
  /** Encrypted for other recipients than the stack file names. */
  | 'other-recipients'
  /** Older than its rotation age. */
  | 'old'
  /** The stack file asks for a copy in escrow, and there is none of this value. */
  | 'no-escrow'
  /** Another value than in another namespace: one of them is not that of the programs. */
  | 'differs'
  /** Composed of values, or of a text, that have changed since. */
  | 'outdated'
  | 'not-needed'
  /** In the cluster or in a store, not here. */
  | 'elsewhere';

/** One key of a stack in one of its places, and how it is. */
export interface KeyStatus {
  readonly secret: string;
  readonly namespace: string;
  readonly key: string;
  /** Everything that applies; `present` alone where all is well. */
  readonly states: readonly KeyState[];
  /** In ISO 8601; undefined where nothing is known. */
  readonly made: string | undefined;
  /** Whole days since it was made. */
  readonly days: number | undefined;
}

const DAY_MS = 86_400_000;

/** What a status is made from. */
export interface StatusContext {
  readonly state: SecretsState;
  /** The certificate that values should be sealed for; undefined where none is pinned. */
  readonly newest: SealingCertificate | undefined;
  /** Age recipients of each Secret's file, by its path, where files are encrypted for such. */
  readonly recipients: ReadonlyMap<string, readonly string[]>;
  readonly now: Date;
}

/** How every key of a stack is, and what is there that it does not need. */
export function statusOf(stack: Stack, context: StatusContext): readonly KeyStatus[] {
  const { state } = context;
  const rows: KeyStatus[] = [];
  for (const secret of stack.secrets) {
    for (const { namespace } of secret.places) rows.push(...statusIn(stack, secret, namespace, context));
  }
  for (const file of state.unneeded) {
    for (const key of Object.keys(file.keys)) rows.push(unneeded(file, key));
  }
  return rows;
}

function statusIn(
  stack: Stack,
  secret: SecretSpec,
  namespace: string,
  context: StatusContext,
): readonly KeyStatus[] {
  const { state, now } = context;
  const file = fileFor(state, secret, namespace);
  const moved = movedOf(state, secret);
  const rows = secret.keys.map((key) => {
    const record = file?.keys[key.key];
    const days = record?.made === undefined ? undefined : daysSince(record.made, now);
    const row = { secret: secret.name, namespace, key: key.key, made: record?.made, days };
    if (!keepsCiphertext(stack.provider)) return { ...row, states: ['elsewhere' as const] };
    if (file !== undefined && record !== undefined) {
      return { ...row, states: statesOf(stack, secret, key, file, context) };
    }
    const isMoved = moved !== undefined && Object.hasOwn(moved.keys, key.key);
    if (isMoved) return { ...row, states: ['other-namespace' as const] };
    const isMade = isMadeByOthers(state.needed, secret);
    return { ...row, states: [isMade ? ('elsewhere' as const) : ('missing' as const)] };
  });
  const others = Object.keys(file?.keys ?? {}).filter((key) => secret.keys.every((one) => one.key !== key));
  return [...rows, ...others.map((key) => unneeded({ name: secret.name, namespace }, key))];
}

function unneeded({ name, namespace }: Pick<SecretFile, 'name' | 'namespace'>, key: string): KeyStatus {
  return { secret: name, namespace, key, states: ['not-needed'], made: undefined, days: undefined };
}

function statesOf(
  stack: Stack,
  secret: SecretSpec,
  key: SecretKey,
  file: SecretFile,
  { state, newest, recipients, now }: StatusContext,
): readonly KeyState[] {
  const { provider } = stack;
  const record = file.keys[key.key];
  const states: KeyState[] = [];
  if (differs(state, secret, key)) states.push('differs');
  if (isOutdated(state.needed, secret, key)) states.push('outdated');
  if (newest !== undefined && record?.certificate !== newest.fingerprint) states.push('other-certificate');
  const wanted = namedRecipients(provider);
  if (wanted.files !== undefined && !sameRecipients(wanted.files, recipients.get(file.file) ?? [])) {
    states.push('other-recipients');
  }
  const { rotateAfterDays } = key;
  if (rotateAfterDays !== undefined && record?.made !== undefined) {
    if (daysSince(record.made, now) > rotateAfterDays) states.push('old');
  }
  const asksForCopy = wanted.escrow.length > 0;
  const hasCopy = copiesOf(state, secret, key).some(({ revision }) => revision === record?.revision);
  if (asksForCopy && !hasCopy) states.push('no-escrow');
  return states.length === 0 ? ['present'] : states;
}

function daysSince(made: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(made)) / DAY_MS);
}
