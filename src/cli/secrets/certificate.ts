import { join } from 'node:path';
import type { Stack } from '../../../charts/stack/stack.ts';
import { ClusterProblem } from '../../cluster/problem.ts';
import { type Controller, fetchCertificates } from '../../cluster/sealed-secrets-controller.ts';
import { boundsOf } from '../../files/bounds.ts';
import { FileProblem } from '../../files/problem.ts';
import { readText } from '../../files/read.ts';
import { shownFingerprint } from '../../secrets/acceptance/fingerprint.ts';
import { isServiceAddress } from '../../secrets/acceptance/record.ts';
import { CERTIFICATES, secretsFolder } from '../../secrets/folder.ts';
import { SecretsProblem } from '../../secrets/problem.ts';
import { readCertificates, type SealingCertificate } from '../../secrets/sealed-secrets/certificates.ts';
import { choose, joinPem } from '../../secrets/sealed-secrets/choice.ts';
import { problemReading } from '../environment-problem.ts';
import { misspeltPath } from '../named-file.ts';
import { fromHere } from '../paths.ts';
import { acceptCertificate, acceptController, presentFingerprints } from './accept-certificate.ts';
import { type Acceptance, acceptsCertificate } from './acceptance.ts';
import { findController } from './find-controller.ts';
import type { CertificateOptions, SealedSecrets, SealedStack, Sealing } from './sealing.ts';

/** Where a stack's pinned certificates are. */
export function pinnedFile(stacks: string, stack: Pick<Stack, 'name'>, provider: SealedSecrets): string {
  return provider.certificates === undefined
    ? join(secretsFolder(stacks, stack.name), CERTIFICATES)
    : join(stacks, provider.certificates);
}

/** The controller of a stack's cluster. */
export function controllerOf(
  provider: SealedSecrets,
  { controller: given, context, stacks }: Pick<CertificateOptions, 'controller' | 'context' | 'stacks'>,
): Controller {
  const rest = { stacks, ...(context === undefined ? {} : { context }) };
  if (given === undefined) return { ...provider.controller, ...rest };
  const [namespace = '', name = ''] = given.split('/');
  return isServiceAddress(given) ? { namespace, name, ...rest } : { url: given };
}

/**
 * The certificate to seal for, which the person at the computer has accepted: the newest that `--cert` names, where it
 * names any; else the newest that is pinned; else, or where a fresh one is wanted, the newest that the controller
 * gives. It is pinned.
 *
 * @param fresh true to ask the controller in any case, unless one was given
 * @throws EnvironmentProblem, SecretsProblem, ClusterProblem
 */
export async function sealingCertificate(
  sealed: SealedStack,
  provider: SealedSecrets,
  options: CertificateOptions,
  fresh: boolean,
): Promise<Sealing> {
  const { stack, state } = sealed;
  const { stacks, cert, controller, now } = options;
  const file = pinnedFile(stacks, stack, provider);
  const pinned = await certificatesIn(stacks, file);
  const fetches = cert === undefined && (fresh || pinned.length === 0);
  if (fresh || fetches) await acceptController(sealed, provider, controller);
  const source = cert !== undefined ? 'given' : fetches ? 'controller' : 'pinned';
  const asked = fetches ? await fetched(sealed, provider, options) : undefined;
  const candidates =
    cert !== undefined
      ? await certificatesIn(stacks, cert, true)
      : (asked?.certificates ?? namedBy(sealed.acceptance, pinned));
  const { certificate, warning, problem } = choose(candidates, now);
  const from = { pinned: fromHere(file), given: cert ?? '', controller: 'the controller' }[source];
  if (certificate === undefined) throw new SecretsProblem(`${from}: ${problem.what}`, problem.remedy);
  await acceptCertificate(sealed, {
    certificate,
    source,
    from,
    pinned,
    candidates,
    controller: provider.controller,
  });
  const isNew = pinned.every(({ fingerprint }) => fingerprint !== certificate.fingerprint);
  return {
    certificate,
    pin: isNew ? { file, text: joinPem(pinned, [certificate]) } : undefined,
    controller: asked?.controller,
    notices: [
      ...(isNew
        ? [
            `${source === 'given' ? `${from} holds` : 'the controller gave'} a certificate that was not known here, pinned in ${fromHere(file)}: ${shownFingerprint(certificate.fingerprint)}`,
          ]
        : []),
      ...changeNotices(certificate, source, presentFingerprints(state)),
      ...strangeNotices(sealed, certificate, pinned, now).map((text) => `${fromHere(file)}${text}`),
      ...(source === 'controller' && !certificate.selfIssued
        ? [
            'the certificate that the controller gave was issued by another one, so it cannot be checked for damage',
          ]
        : []),
      ...(warning === undefined ? [] : [`${warning.what}; ${warning.remedy}`]),
    ],
  };
}

/** Who names pinned certificates on the command line means these, also where a newer one is pinned. */
function namedBy(
  { flags }: Acceptance,
  pinned: readonly SealingCertificate[],
): readonly SealingCertificate[] {
  const named = pinned.filter(({ fingerprint }) => flags.certificates.includes(fingerprint));
  return named.length === 0 ? pinned : named;
}

/** That a set of values is sealed for another certificate from now on is never left unsaid. */
function changeNotices(
  { fingerprint }: SealingCertificate,
  source: 'pinned' | 'given' | 'controller',
  present: readonly string[],
): readonly string[] {
  const others = present.filter((one) => one !== fingerprint);
  if (source === 'pinned' || others.length === 0) return [];
  return [
    `this run seals for ${shownFingerprint(fingerprint)}; the values of this stack were sealed for ${others.map(shownFingerprint).join(', ')}`,
  ];
}

/** A newer one that somebody has pinned is not used; but the next run without --cert will stop at it. */
function strangeNotices(
  { acceptance }: SealedStack,
  { notBefore }: SealingCertificate,
  pinned: readonly SealingCertificate[],
  now: Date,
): readonly string[] {
  return pinned
    .filter((one) => one.notBefore > notBefore && one.notAfter >= now)
    .filter(({ fingerprint }) => !acceptsCertificate(acceptance, fingerprint))
    .map(
      ({ line, fingerprint }) =>
        `:${line}:1 a newer certificate is pinned, and was not used, since it has not been accepted on this computer: ${shownFingerprint(fingerprint)}; if it is not that of your controller, remove it`,
    );
}

/** What the controller gives, and which one that is. */
interface Fetched {
  readonly controller: Controller;
  readonly certificates: readonly SealingCertificate[];
}

async function fetched(
  sealed: SealedStack,
  provider: SealedSecrets,
  options: CertificateOptions,
): Promise<Fetched> {
  const controller = controllerOf(provider, options);
  try {
    return { controller, certificates: await fetchCertificates(controller) };
  } catch (error) {
    if (!(error instanceof ClusterProblem)) throw error;
    if (error.kind === 'not-found' && options.controller === undefined) {
      const found = await findController(sealed, provider, options);
      return { controller: found, certificates: await fetchCertificates(found) };
    }
    throw new ClusterProblem(
      error.kind,
      `no certificate to seal for: ${error.what}`,
      `give its certificate with --cert FILE (kubeseal --fetch-cert writes it), or choose another secrets.provider; to reach the controller: ${error.remedy}`,
    );
  }
}

/**
 * The certificates in a file.
 *
 * @param needed true where it is a mistake that there is no such file
 * @throws EnvironmentProblem, SecretsProblem
 */
export async function certificatesIn(
  stacks: string,
  path: string,
  needed = false,
): Promise<readonly SealingCertificate[]> {
  let text: string;
  try {
    text = readText(boundsOf(stacks), path, needed ? 'person' : 'repository');
  } catch (error) {
    const missing = error instanceof FileProblem && error.kind === 'missing';
    if (missing && !needed) return [];
    const misspelt = needed ? misspeltPath(fromHere(path), 'after --cert', error) : undefined;
    if (misspelt !== undefined) throw new SecretsProblem(misspelt.what, misspelt.remedy);
    throw problemReading(fromHere(path), error);
  }
  const { certificates, problems } = readCertificates(fromHere(path), text);
  const [first] = problems;
  if (certificates !== undefined || first === undefined) return certificates ?? [];
  const { file, line, column } = first.position;
  const code = first.kind === 'bad-signature' ? 'MG063' : undefined;
  throw new SecretsProblem(`${file}:${line}:${column} ${first.what}`, first.remedy, code);
}
