import { isKeptByOthers } from '../../model/kept-secrets.ts';
import { keepsCiphertext } from '../../model/secret-settings.ts';
import type { SecretKey, SecretSpec } from '../../model/secrets.ts';
import type { Stack } from '../../model/stack.ts';
import type { SealingCertificate } from '../sealed-secrets/certificates.ts';
import { sameRecipients } from '../sops/read.ts';
import { copiesOf, keptOf, movedOf, type SecretsState } from '../state.ts';

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
  | 'not-needed'
  /** Kept by somebody else. */
  | 'elsewhere';

/** One key of a stack, and how it is. */
export interface KeyStatus {
  readonly secret: string;
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
  /** Age recipients of each Secret's file, by its name, with SOPS. */
  readonly recipients: ReadonlyMap<string, readonly string[]>;
  readonly now: Date;
}

/** How every key of a stack is, and what is there that it does not need. */
export function statusOf(stack: Stack, context: StatusContext): readonly KeyStatus[] {
  const { state, now } = context;
  const rows: KeyStatus[] = [];
  for (const secret of stack.secrets) {
    const kept = keptOf(state, secret);
    const moved = movedOf(state, secret);
    for (const key of secret.keys) {
      const record = kept?.keys[key.key];
      const days = record?.made === undefined ? undefined : daysSince(record.made, now);
      const row = { secret: secret.name, key: key.key, made: record?.made, days };
      const isMoved = moved !== undefined && Object.hasOwn(moved.keys, key.key);
      if (!keepsCiphertext(stack.provider)) rows.push({ ...row, states: ['elsewhere'] });
      else if (record !== undefined) rows.push({ ...row, states: statesOf(stack, secret, key, context) });
      else if (isMoved) rows.push({ ...row, states: ['other-namespace'] });
      else rows.push({ ...row, states: [isKeptByOthers(state, secret) ? 'elsewhere' : 'missing'] });
    }
    for (const key of Object.keys(kept?.keys ?? {})) {
      if (!secret.keys.some((one) => one.key === key)) rows.push(unneeded(secret.name, key));
    }
  }
  for (const { name, keys } of state.unneeded) {
    for (const key of Object.keys(keys)) rows.push(unneeded(name, key));
  }
  return rows;
}

function unneeded(secret: string, key: string): KeyStatus {
  return { secret, key, states: ['not-needed'], made: undefined, days: undefined };
}

function statesOf(
  stack: Stack,
  secret: SecretSpec,
  key: SecretKey,
  { state, newest, recipients, now }: StatusContext,
): readonly KeyState[] {
  const { provider } = stack;
  const record = keptOf(state, secret)?.keys[key.key];
  const states: KeyState[] = [];
  if (newest !== undefined && record?.certificate !== newest.fingerprint) states.push('other-certificate');
  if (provider.kind === 'sops' && !sameRecipients(provider.recipients, recipients.get(secret.name) ?? [])) {
    states.push('other-recipients');
  }
  const { rotateAfterDays } = key;
  if (rotateAfterDays !== undefined && record?.made !== undefined) {
    if (daysSince(record.made, now) > rotateAfterDays) states.push('old');
  }
  const asksForCopy = provider.kind === 'sealed-secrets' && provider.escrow.length > 0;
  const hasCopy = copiesOf(state, secret, key).some(({ revision }) => revision === record?.revision);
  if (asksForCopy && !hasCopy) states.push('no-escrow');
  return states.length === 0 ? ['present'] : states;
}

function daysSince(made: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(made)) / DAY_MS);
}
