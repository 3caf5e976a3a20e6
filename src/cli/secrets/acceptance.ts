import type { Stack } from '../../../charts/stack/stack.ts';
import { readFingerprint } from '../../secrets/acceptance/fingerprint.ts';
import { type Accepted, NOTHING_ACCEPTED, together } from '../../secrets/acceptance/record.ts';
import { checkedRecipients } from '../../secrets/age.ts';
import { UsageProblem } from '../usage-problem.ts';
import type { SecretsOptions } from './options.ts';
import type { Terminal } from './prompt.ts';

/** What the command line accepts, for this run. */
export interface AcceptFlags {
  /** SHA-256, as this program writes it. */
  readonly certificates: readonly string[];
  readonly recipients: readonly string[];
  /** Whether the certificate that `--cert` names may be another one than before. @default false */
  readonly newCertificate?: boolean;
}

/** Whom the values of one stack may be encrypted for. */
export interface Acceptance {
  /** What was accepted before, on this computer. */
  readonly recorded: Accepted;
  readonly flags: AcceptFlags;
  /**
   * Certificates and recipients that any of the chosen stacks has: a flag that names none of them is a mistake.
   * Undefined where one of the stacks cannot be read.
   */
  readonly everywhere: ReadonlySet<string> | undefined;
  /** Recipients whose private keys are given. */
  readonly own: readonly string[];
  /** Asks the person; undefined where nobody is there to answer. */
  readonly confirm: ((...question: readonly string[]) => Promise<boolean>) | undefined;
  /** Notes what was accepted in this run, to be recorded once everything is written. */
  readonly remember: (more: Partial<Accepted>) => void;
  /** Everything that was noted. */
  readonly remembered: () => Accepted;
}

/**
 * What `--accept-certificate` and `--accept-recipient` name.
 *
 * @throws UsageProblem, AgeProblem
 */
export function acceptFlags({
  acceptCertificates = [],
  acceptRecipients = [],
  newCert = false,
}: Pick<SecretsOptions, 'acceptCertificates' | 'acceptRecipients' | 'newCert'>): AcceptFlags {
  const certificates = acceptCertificates.map((written) => {
    const fingerprint = readFingerprint(written);
    if (fingerprint !== undefined) return fingerprint;
    // Not repeated: it may be a value in the wrong place.
    throw new UsageProblem(
      'the value of --accept-certificate is not a SHA-256 fingerprint',
      'write 64 hexadecimal digits, with or without colons, as openssl x509 -noout -fingerprint -sha256 prints them',
    );
  });
  return {
    certificates,
    newCertificate: newCert,
    recipients: acceptRecipients.length === 0 ? [] : checkedRecipients(acceptRecipients),
  };
}

/** The acceptance of one stack in one run. */
export function acceptanceOf(
  { name }: Pick<Stack, 'name'>,
  known: Pick<Acceptance, 'recorded' | 'flags' | 'everywhere' | 'own'>,
  terminal: Terminal | undefined,
): Acceptance {
  let remembered = NOTHING_ACCEPTED;
  return {
    ...known,
    confirm:
      terminal === undefined
        ? undefined
        : async (...question) => {
            const last = question.length - 1;
            const marked = question.map(
              (one, index) => `${index === 0 ? `${name}: ` : ''}${one}${index === last ? ' (y/N) ' : ''}`,
            );
            return /^y(?:es)?$/i.test(await terminal.line(...marked));
          },
    remember: (more) => {
      remembered = together(remembered, { ...NOTHING_ACCEPTED, ...more });
    },
    remembered: () => remembered,
  };
}

/** What a flag names that neither this stack has nor any other. */
export function strayFlag(
  flags: readonly string[],
  here: readonly string[],
  { everywhere }: Pick<Acceptance, 'everywhere'>,
): string | undefined {
  return everywhere === undefined
    ? undefined
    : flags.find((one) => !here.includes(one) && !everywhere.has(one));
}

/** Whether the person has accepted a certificate, now or before. */
export function acceptsCertificate({ recorded, flags }: Acceptance, fingerprint: string): boolean {
  return recorded.certificates.includes(fingerprint) || flags.certificates.includes(fingerprint);
}

/** Whether the person has accepted an age recipient, now or before, or is it. */
export function acceptsRecipient({ recorded, flags, own }: Acceptance, recipient: string): boolean {
  return [recorded.recipients, flags.recipients, own].some((list) => list.includes(recipient));
}
