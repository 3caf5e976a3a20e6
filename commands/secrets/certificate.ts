import { join } from 'node:path';
import { ClusterProblem } from '../../cluster/problem.ts';
import { type Controller, fetchCertificates } from '../../cluster/sealed-secrets-controller.ts';
import { boundsOf } from '../../files/bounds.ts';
import { FileProblem } from '../../files/problem.ts';
import { readText } from '../../files/read.ts';
import type { SecretProvider } from '../../model/secret-settings.ts';
import type { Stack } from '../../model/stack.ts';
import { CERTIFICATES, secretsFolder } from '../../secrets/folder.ts';
import { SecretsProblem } from '../../secrets/problem.ts';
import {
  choose,
  joinPem,
  readCertificates,
  type SealingCertificate,
} from '../../secrets/sealed-secrets/certificates.ts';
import { problemReading } from '../environment-problem.ts';
import { fromHere } from '../paths.ts';

type SealedSecrets = Extract<SecretProvider, { readonly kind: 'sealed-secrets' }>;

/** Where certificates come from, as the command line says it. */
export interface CertificateOptions {
  readonly stacks: string;
  /** A file with one, from `--cert`. */
  readonly cert: string | undefined;
  /** The controller's address, from `--controller`; default: through kubectl. */
  readonly controller: string | undefined;
  readonly now: Date;
}

/** The certificate to seal for. */
export interface Sealing {
  readonly certificate: SealingCertificate;
  /** What the file of pinned certificates is to hold; undefined where it holds that already. */
  readonly pin: { readonly file: string; readonly text: string } | undefined;
  readonly notices: readonly string[];
}

/** Where a stack's pinned certificates are. */
export function pinnedFile(stacks: string, stack: Stack, provider: SealedSecrets): string {
  return provider.certificates === undefined
    ? join(secretsFolder(stacks, stack.name), CERTIFICATES)
    : join(stacks, provider.certificates);
}

/** The controller of a stack's cluster. */
export function controllerOf(provider: SealedSecrets, url: string | undefined): Controller {
  return url === undefined ? provider.controller : { url };
}

/**
 * The newest of the certificates that are pinned.
 *
 * @returns undefined where none is pinned
 * @throws EnvironmentProblem, SecretsProblem
 */
export async function pinnedCertificate(
  stack: Stack,
  provider: SealedSecrets,
  { stacks, now }: Pick<CertificateOptions, 'stacks' | 'now'>,
): Promise<SealingCertificate | undefined> {
  const pinned = await certificatesIn(stacks, pinnedFile(stacks, stack, provider));
  return pinned.length === 0 ? undefined : choose(pinned, now).certificate;
}

/**
 * The certificate to seal for: the newest of those that are pinned and the one that was given. Where there is none,
 * the controller is asked, and its answer pinned.
 *
 * @param fresh true to ask the controller in any case, unless one was given
 * @throws EnvironmentProblem, SecretsProblem, ClusterProblem
 */
export async function sealingCertificate(
  stack: Stack,
  provider: SealedSecrets,
  options: CertificateOptions,
  fresh: boolean,
): Promise<Sealing> {
  const { stacks, cert, now } = options;
  const file = pinnedFile(stacks, stack, provider);
  const pinned = await certificatesIn(stacks, file);
  const fetches = cert === undefined && (fresh || pinned.length === 0);
  const added =
    cert !== undefined
      ? await certificatesIn(stacks, cert, true)
      : fetches
        ? await fetched(controllerOf(provider, options.controller))
        : [];
  const text = joinPem(pinned, added);
  const { certificate, warning, problem } = choose([...pinned, ...added], now);
  if (certificate === undefined) throw new SecretsProblem(problem.what, problem.remedy);
  const news = added.filter(({ fingerprint }) => !pinned.some((one) => one.fingerprint === fingerprint));
  const from = fetches ? 'the controller gave' : `${cert ?? ''} holds`;
  return {
    certificate,
    pin: news.length === 0 ? undefined : { file, text },
    notices: [
      ...news.map(
        ({ fingerprint }) =>
          `${from} a certificate that was not known here, pinned in ${fromHere(file)}: SHA-256 ${fingerprint}`,
      ),
      ...(warning === undefined ? [] : [`${warning.what}; ${warning.remedy}`]),
    ],
  };
}

async function fetched(controller: Controller): Promise<readonly SealingCertificate[]> {
  try {
    return await fetchCertificates(controller);
  } catch (error) {
    if (!(error instanceof ClusterProblem)) throw error;
    throw new ClusterProblem(
      error.kind,
      `no certificate to seal for: ${error.what}`,
      `give its certificate with --cert FILE (kubeseal --fetch-cert writes it), or choose another secrets.provider; to reach the controller: ${error.remedy}`,
    );
  }
}

/**
 * @param needed true where it is a mistake that there is no such file
 * @throws EnvironmentProblem, SecretsProblem
 */
async function certificatesIn(
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
    throw problemReading(fromHere(path), error);
  }
  const { certificates, problems } = readCertificates(fromHere(path), text);
  const [first] = problems;
  if (certificates !== undefined || first === undefined) return certificates ?? [];
  const { file, line, column } = first.position;
  throw new SecretsProblem(`${file}:${line}:${column} ${first.what}`, first.remedy);
}
