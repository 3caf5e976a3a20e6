import { isFingerprint, shownFingerprint, withColons } from '../../secrets/acceptance/fingerprint.ts';
import { isServiceAddress } from '../../secrets/acceptance/record.ts';
import { SecretsProblem } from '../../secrets/problem.ts';
import type { SealingCertificate } from '../../secrets/sealed-secrets/certificates.ts';
import type { SecretsState } from '../../secrets/state.ts';
import { DEFAULT_CONTROLLER } from '../../system/providers/sealed-secrets.ts';
import { type Acceptance, acceptsCertificate, strayFlag } from './acceptance.ts';
import type { SealedSecrets, SealedStack } from './sealing.ts';

/** What a stack file that says nothing means. */
const USUAL_CONTROLLER = `${DEFAULT_CONTROLLER.namespace}/${DEFAULT_CONTROLLER.name}`;

/** A certificate that is about to be sealed for. */
export interface Candidate {
  readonly certificate: SealingCertificate;
  /** What names it: the repository, the person with `--cert`, or the controller of their cluster. */
  readonly source: 'pinned' | 'given' | 'controller';
  /** The file, or the controller, in words. */
  readonly from: string;
  readonly pinned: readonly SealingCertificate[];
  /** Everything that the source holds. */
  readonly candidates: readonly SealingCertificate[];
  /** The controller that the stack file names. */
  readonly controller: SealedSecrets['controller'];
}

/** The certificates that the values of a stack are sealed for, as far as their files say it. */
export function presentFingerprints({ needed, elsewhere }: SecretsState): readonly string[] {
  const all = [...needed, ...elsewhere].flatMap(({ keys }) => Object.values(keys));
  return [
    ...new Set(all.flatMap(({ certificate = '' }) => (isFingerprint(certificate) ? [certificate] : []))),
  ];
}

/**
 * Lets nothing be sealed for a certificate that only the repository vouches for, until the person at the computer
 * has accepted it: whoever can write to the repository can pin their own.
 *
 * @throws SecretsProblem
 */
export async function acceptCertificate(sealed: SealedStack, candidate: Candidate): Promise<void> {
  const { acceptance, state } = sealed;
  const { certificate, source, from, pinned, candidates } = candidate;
  const names = [...pinned, ...candidates].map((one) => one.fingerprint);
  checkCertificateFlags(acceptance, { names, holder: from });
  const { fingerprint, selfIssued } = certificate;
  // A second certificate is rarely meant: it may be that of another cluster, which could open nothing of this one.
  const before = [...pinned.map((one) => one.fingerprint), ...acceptance.recorded.certificates];
  const isSecond = before.length > 0 && !before.includes(fingerprint);
  const isMeant = !isSecond || acceptance.flags.newCertificate === true;
  const isVouchedFor = source === 'controller' || (source === 'given' && selfIssued && isMeant);
  const isAccepted =
    source === 'pinned' ? isCurrent(acceptance, fingerprint) : acceptsCertificate(acceptance, fingerprint);
  if (!isVouchedFor && !isAccepted) {
    const whole = problemOf(acceptance, candidate, state);
    const what = whole.join('; ');
    const compare = compareCommand(sealed, candidate);
    const accepted = await acceptance.confirm?.(
      ...whole,
      'Compare it with that of your controller:',
      `  ${compare}`,
      'Seal for it?',
    );
    if (accepted !== true) {
      throw new SecretsProblem(
        what,
        `compare it with that of your controller (${compare}); if they are the same, add ${source === 'given' && selfIssued ? '--new-cert' : `--accept-certificate ${withColons(fingerprint)}`}; if not, ${source === 'given' ? 'give the right one' : `remove it from ${from}`}`,
        'MG064',
      );
    }
  }
  acceptance.remember({ certificates: [fingerprint] });
}

/** How the controller's own fingerprint is had; of an address that only the stack file names, nothing is repeated. */
function compareCommand(
  { acceptance }: Pick<SealedStack, 'acceptance'>,
  { controller: { namespace, name } }: Pick<Candidate, 'controller'>,
): string {
  const flags = isKnownController(acceptance, `${namespace}/${name}`)
    ? ` --controller-namespace ${namespace} --controller-name ${name}`
    : '';
  return `kubeseal --fetch-cert${flags} | openssl x509 -noout -fingerprint -sha256`;
}

function isKnownController({ recorded }: Acceptance, address: string): boolean {
  return address === USUAL_CONTROLLER || recorded.controllers.includes(address);
}

/** Whether the person seals for it now: a pinned one that was accepted once may have been superseded since. */
function isCurrent({ recorded, flags }: Acceptance, fingerprint: string): boolean {
  return recorded.certificates.at(-1) === fingerprint || flags.certificates.includes(fingerprint);
}

/** What is wrong, and what else is known of it. */
function problemOf(
  acceptance: Acceptance,
  { certificate, source, from, pinned }: Candidate,
  state: SecretsState,
): readonly string[] {
  const { fingerprint, selfIssued, line } = certificate;
  const place = `${from}:${line}:1`;
  const last = acceptance.recorded.certificates.at(-1);
  const others = pinned.filter(
    (one) => one.fingerprint !== fingerprint && acceptsCertificate(acceptance, one.fingerprint),
  );
  const isFormer = acceptsCertificate(acceptance, fingerprint);
  const pinnedProblem = isFormer
    ? 'the newest pinned certificate was accepted before, but is not the one that this computer sealed for last'
    : 'the newest pinned certificate has not been accepted on this computer';
  const why =
    source === 'given' && selfIssued
      ? `${place} this certificate is not among those that the values of this stack are sealed for: ${shownFingerprint(fingerprint)}`
      : source === 'given'
        ? `${place} this certificate was issued by another one, so it cannot be checked for damage: ${shownFingerprint(fingerprint)}`
        : `${place} ${pinnedProblem}: ${shownFingerprint(fingerprint)}`;
  const isOther = source === 'given' && selfIssued && pinned.length > 0;
  return [
    why,
    ...(isOther ? [`pinned: ${pinned.map((one) => shownFingerprint(one.fingerprint)).join(', ')}`] : []),
    ...(source === 'pinned' && !selfIssued
      ? ['it was issued by another one, so it cannot be checked for damage']
      : []),
    ...(others.length === 0
      ? []
      : [`accepted here: ${others.map((one) => shownFingerprint(one.fingerprint)).join(', ')}`]),
    ...(last === undefined || !isFormer ? [] : [`this computer sealed for ${shownFingerprint(last)} last`]),
    presentText(state),
  ];
}

/** What the files of ciphertext say of themselves, which is no more than a hint: they are in the repository too. */
function presentText(state: SecretsState): string {
  const present = presentFingerprints(state);
  if (present.length > 0) {
    return `the values that are there say they are sealed for ${present.map(shownFingerprint).join(', ')}`;
  }
  return state.needed.length + state.elsewhere.length === 0
    ? 'nothing is sealed yet'
    : 'the values that are there do not say what they are sealed for';
}

/**
 * Makes sure that the command line accepts nothing that is not there: it was mistyped, or is already gone.
 *
 * @param names fingerprints that are there
 * @param holder the file that names them
 * @throws SecretsProblem
 */
export function checkCertificateFlags(
  acceptance: Acceptance,
  { names, holder }: { readonly names: readonly string[]; readonly holder: string },
): void {
  const stray = strayFlag(acceptance.flags.certificates, names, acceptance);
  if (stray === undefined) return;
  const there = names.length === 0 ? 'no certificate' : [...new Set(names)].map(shownFingerprint).join(', ');
  throw new SecretsProblem(
    `--accept-certificate ${withColons(stray)}: no pinned or given certificate has this fingerprint; ${holder} names ${there}`,
    'give its file with --cert, or leave the option out',
    'MG064',
  );
}

/**
 * Lets no Service be asked that only the stack file calls the controller.
 *
 * @param given what `--controller` names
 * @throws SecretsProblem
 */
export async function acceptController(
  { acceptance, file }: Pick<SealedStack, 'acceptance' | 'file'>,
  { controller }: SealedSecrets,
  given: string | undefined,
): Promise<void> {
  if (given !== undefined) {
    if (isServiceAddress(given)) acceptance.remember({ controllers: [given] });
    return;
  }
  const address = `${controller.namespace}/${controller.name}`;
  if (isKnownController(acceptance, address)) return;
  const what = `${file}: secrets.controller names ${address}, which has not been accepted as the controller on this computer`;
  if ((await acceptance.confirm?.(what, 'Ask it for its certificate, and seal for that?')) !== true) {
    throw new SecretsProblem(
      what,
      `if it is the controller of your cluster (kubectl get services --all-namespaces), add --controller ${address}; if not, remove it from the stack file`,
      'MG066',
    );
  }
  acceptance.remember({ controllers: [address] });
}
