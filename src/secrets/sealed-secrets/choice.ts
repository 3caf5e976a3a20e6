import { compareText } from '../../plain/compare.ts';
import { ownCommand } from '../../stack/own-command.ts';
import { GET_ONE, type SealingCertificate } from './certificates.ts';

/** How old a certificate may get before a newer one is likely: the controller makes one every 30 days. */
const RENEWAL_DAYS = 30;
/** What is granted on top, for a controller that was down and for files that travel slowly. */
const SLACK_DAYS = 5;
/** How far this machine's clock may be behind the controller's. */
const CLOCK_SKEW_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

/** What speaks against a certificate; without a place, since it is about the clock and not about a line. */
export interface ChoiceProblem<Kind extends string> {
  readonly kind: Kind;
  readonly what: string;
  readonly remedy: string;
}

/** The certificate to seal for, with what is to be said about it; or why there is none. */
export type Choice =
  | {
      readonly certificate: SealingCertificate;
      readonly warning: ChoiceProblem<'old'> | undefined;
      readonly problem: undefined;
    }
  | {
      readonly certificate: undefined;
      readonly warning: undefined;
      readonly problem: ChoiceProblem<'none' | 'expired' | 'not-yet-valid'>;
    };

/**
 * The newest certificate that is valid now. One that is older than the controller's renewal brings a warning:
 * sealing for it works, but the controller has probably a newer key, and a key that is thrown away one day
 * should have little that depends on it.
 */
export function choose(certificates: readonly SealingCertificate[], now: Date): Choice {
  const time = now.getTime();
  const begun = certificates.filter((one) => hasBegun(one, now));
  const [certificate] = newestFirst(begun.filter((one) => isUsable(one, now)));
  if (certificate === undefined) {
    return { certificate: undefined, warning: undefined, problem: noChoice(certificates, begun, now) };
  }
  const days = Math.floor((time - certificate.notBefore.getTime()) / DAY_MS);
  if (days <= RENEWAL_DAYS + SLACK_DAYS) return { certificate, warning: undefined, problem: undefined };
  const what =
    `the newest certificate is ${days} days old, and the controller makes a new key every ` +
    `${RENEWAL_DAYS} days`;
  const remedy = `fetch its newest certificate and run ${ownCommand('secrets reseal')}`;
  return { certificate, warning: { kind: 'old', what, remedy }, problem: undefined };
}

/** Whether a certificate is valid now, as far as the clock goes. */
export function isUsable(certificate: SealingCertificate, now: Date): boolean {
  return hasBegun(certificate, now) && now.getTime() <= certificate.notAfter.getTime();
}

function hasBegun({ notBefore }: SealingCertificate, now: Date): boolean {
  return notBefore.getTime() <= now.getTime() + CLOCK_SKEW_MS;
}

function noChoice(
  all: readonly SealingCertificate[],
  begun: readonly SealingCertificate[],
  now: Date,
): ChoiceProblem<'none' | 'expired' | 'not-yet-valid'> {
  const [newest] = newestFirst(all);
  if (newest === undefined) return { kind: 'none', what: 'there is no certificate', remedy: GET_ONE };
  const today = day(now);
  if (begun.length < all.length) {
    const what = `no certificate is valid yet: the newest begins on ${day(newest.notBefore)}, and this machine says it is ${today}`;
    return { kind: 'not-yet-valid', what, remedy: "set this machine's clock" };
  }
  const last = new Date(Math.max(...all.map(({ notAfter }) => notAfter.getTime())));
  const what = `no certificate is valid any more: the last one ended on ${day(last)}, and this machine says it is ${today}`;
  return { kind: 'expired', what, remedy: `fetch the controller's newest certificate: ${GET_ONE}` };
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Newest first; those of one moment by fingerprint, so that the order never depends on the input's. */
export function newestFirst(certificates: readonly SealingCertificate[]): readonly SealingCertificate[] {
  return [...certificates].sort(
    (a, b) =>
      b.notBefore.getTime() - a.notBefore.getTime() ||
      b.notAfter.getTime() - a.notAfter.getTime() ||
      compareText(a.fingerprint, b.fingerprint),
  );
}

/**
 * The text of a file that pins certificates: those it held and those that come, each once, newest first, which
 * is the one that kubeseal takes too.
 */
export function joinPem(pinned: readonly SealingCertificate[], added: readonly SealingCertificate[]): string {
  const byFingerprint = new Map([...pinned, ...added].map((it) => [it.fingerprint, it]));
  return newestFirst([...byFingerprint.values()])
    .map(({ pem }) => pem)
    .join('');
}
