import { shellWord } from '../../plain/shell.ts';
import { shownFingerprint, withColons } from '../../secrets/acceptance/fingerprint.ts';
import type { SealingCertificate } from '../../secrets/sealed-secrets/certificates.ts';
import { isUsable, newestFirst } from '../../secrets/sealed-secrets/choice.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { line, type Shown } from '../terminal.ts';
import { type Acceptance, acceptsCertificate, acceptsRecipient } from './acceptance.ts';

/** What can be said of somebody whom values are, or would be, encrypted for. */
export type RecipientState =
  /** Nothing is wrong. */
  | 'accepted'
  /** The person at this computer has never accepted it. */
  | 'not-accepted'
  | 'expired'
  | 'not-yet-valid'
  /** Nothing here can tell whether it is undamaged. */
  | 'issued-by-another'
  /** A file is encrypted for it, and the stack file does not name it. */
  | 'not-in-stack-file';

/** One certificate or age recipient of a stack. */
export interface RecipientStatus {
  readonly kind: 'certificate' | 'recipient';
  /** SHA-256 of a certificate, 64 hexadecimal digits; an age recipient as it is. */
  readonly id: string;
  /** The file that names it. */
  readonly file: string;
  /** Everything that applies; `accepted` alone where all is well. */
  readonly states: readonly RecipientState[];
  /** Whether the next value would be encrypted for it although nobody here has accepted it: exit code 1. */
  readonly isDangerous: boolean;
}

/** How every pinned certificate is, newest first. */
export function certificateStatus(
  pinned: readonly SealingCertificate[],
  file: string,
  acceptance: Acceptance,
  now: Date,
): readonly RecipientStatus[] {
  const sorted = newestFirst(pinned);
  // What is older than a valid one that is accepted is never chosen again.
  const settled = sorted.findIndex(
    (one) => isUsable(one, now) && acceptsCertificate(acceptance, one.fingerprint),
  );
  return sorted.map((certificate, index) => {
    const { fingerprint: id, notAfter, selfIssued } = certificate;
    const isAccepted = acceptsCertificate(acceptance, id);
    const isExpired = notAfter.getTime() < now.getTime();
    const states: RecipientState[] = [
      ...(isAccepted ? [] : ['not-accepted' as const]),
      ...(isExpired ? ['expired' as const] : []),
      ...(isExpired || isUsable(certificate, now) ? [] : ['not-yet-valid' as const]),
      ...(selfIssued ? [] : ['issued-by-another' as const]),
    ];
    const isDangerous = !isAccepted && !isExpired && (settled < 0 || index < settled);
    return {
      kind: 'certificate',
      id,
      file,
      states: states.length === 0 ? ['accepted'] : states,
      isDangerous,
    };
  });
}

/**
 * How every age recipient is.
 *
 * @param named those of the stack file
 * @param files the recipients of each file of ciphertext, by its path
 */
export function recipientStatus(
  named: readonly string[],
  stackFile: string,
  files: ReadonlyMap<string, readonly string[]>,
  acceptance: Acceptance,
): readonly RecipientStatus[] {
  const rows = [...new Set(named)].map((id) => row(id, stackFile, acceptance, []));
  for (const [file, recipients] of files) {
    for (const id of recipients) {
      if (!named.includes(id)) rows.push(row(id, file, acceptance, ['not-in-stack-file']));
    }
  }
  return rows;
}

function row(
  id: string,
  file: string,
  acceptance: Acceptance,
  more: readonly RecipientState[],
): RecipientStatus {
  const isAccepted = acceptsRecipient(acceptance, id);
  const states: readonly RecipientState[] = isAccepted ? more : ['not-accepted', ...more];
  return {
    kind: 'recipient',
    id,
    file,
    states: states.length === 0 ? ['accepted'] : states,
    // For others than the stack file names nothing is encrypted any more.
    isDangerous: !isAccepted && more.length === 0,
  };
}

const WORDS: Readonly<Record<RecipientState, string>> = {
  accepted: 'accepted',
  'not-accepted': 'NOT ACCEPTED on this computer',
  expired: 'expired',
  'not-yet-valid': 'not valid yet',
  'issued-by-another': 'issued by another certificate, which cannot be checked',
  'not-in-stack-file': 'not in the stack file: reseal',
};

/** Those that something is to be said about, for people. */
export function recipientLines(rows: readonly RecipientStatus[], stack: string): readonly Shown[] {
  return rows
    .filter(({ states }) => states.some((state) => state !== 'accepted'))
    .map(({ kind, id, file, states, isDangerous }) => {
      const shown = kind === 'certificate' ? `certificate ${shownFingerprint(id)}` : `recipient ${id}`;
      const option =
        kind === 'certificate' ? `--accept-certificate ${withColons(id)}` : `--accept-recipient ${id}`;
      const remedy = isDangerous
        ? `; if it is yours, run ${ownCommand(`secrets create --stack ${shellWord(stack)} ${option}`)}; if not, remove it`
        : '';
      return line`  ${shown} in ${file}: ${states.map((state) => WORDS[state]).join(', ')}${remedy}`;
    });
}
