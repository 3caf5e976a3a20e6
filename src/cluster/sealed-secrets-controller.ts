import { data as mapping } from '../plain/data.ts';
import { readCertificates, type SealingCertificate } from '../secrets/sealed-secrets/certificates.ts';
import { looksSealed, type SealedValues } from '../secrets/sealed-secrets/manifest.ts';
import { scopeAnnotations } from '../secrets/sealed-secrets/scope.ts';
import { overUrl } from './http.ts';
import { parsed } from './json.ts';
import { Busy, ClusterProblem } from './problem.ts';
import { type ServiceAddress, throughApiServer } from './service.ts';
import type { Surroundings } from './surroundings.ts';
import type { Request, Transport } from './transport.ts';

/** Where the sealed-secrets controller is: a URL, or its Service, in the cluster of the person's kubeconfig. */
export type Controller = { readonly url: string } | ServiceAddress;

/** How long an answer may take, and whose kubeconfig is read. */
export interface AskOptions extends Surroundings {
  /** Milliseconds for everything together, waiting for a busy controller included. @default 30000 */
  readonly timeout?: number;
}

const TIMEOUT = 30_000;
/** Two certificates of RSA 4096 have 4 KiB. */
const CERTIFICATE_LIMIT = 256 * 1024;
/** A Secret holds 1 MiB at most, and base64 adds a third. */
const SEALED_LIMIT = 4 * 1024 * 1024;

/**
 * The certificates that the controller gives: today only its newest. Nothing proves that they are the
 * controller's but the way to it: over a URL that is the tunnel, through the API server the cluster's own certificate.
 *
 * @throws ClusterProblem
 */
export async function fetchCertificates(
  controller: Controller,
  options: AskOptions = {},
): Promise<readonly SealingCertificate[]> {
  const transport = transportTo(controller, options);
  const text = await ask(transport, options, {
    method: 'GET',
    path: '/v1/cert.pem',
    limit: CERTIFICATE_LIMIT,
  });
  const { certificates, problems } = readCertificates(transport.name, text);
  if (certificates !== undefined) return certificates;
  const what = `${transport.name} gives no certificate to seal for: ${problems[0]?.what ?? 'nothing'}`;
  throw new ClusterProblem(
    'unexpected',
    what,
    'is it the sealed-secrets controller, and not something before it?',
  );
}

/**
 * Lets the controller open the values and seal them again for its newest key. They never leave it: sealed
 * values go there and come back.
 *
 * Only names and sealed values are sent, since the controller takes the SealedSecret's metadata for the
 * Secret's and drops annotations (pkg/controller/controller.go, Rotate): whatever else the SealedSecret holds
 * stays with the caller. Nothing in the answer says which certificate the values are sealed for now: it is the
 * one that {@link fetchCertificates} gives, when it gives the same before and after.
 *
 * @returns the values sealed anew, by the same keys
 * @throws ClusterProblem `refused` when the controller cannot open them: another cluster's, or other names
 */
export async function rotate(
  controller: Controller,
  values: SealedValues,
  options: AskOptions = {},
): Promise<Readonly<Record<string, string>>> {
  const transport = transportTo(controller, options);
  const { namespace, name, encryptedData } = values;
  const annotations = scopeAnnotations(values.scope);
  const metadata = { namespace, name, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
  const body = JSON.stringify({
    apiVersion: 'bitnami.com/v1alpha1',
    kind: 'SealedSecret',
    metadata,
    spec: { encryptedData, template: { metadata } },
  });
  const request = { method: 'POST', path: '/v1/rotate', body, limit: SEALED_LIMIT } as const;
  const text = await ask(transport, options, request).catch((error: unknown) => {
    if (!(error instanceof ClusterProblem) || error.kind !== 'refused') throw error;
    const what = `the controller cannot open the values of ${namespace}/${name}`;
    const remedy =
      'were they sealed for this cluster and for this namespace and name? If its key is lost, seal the values ' +
      "again; otherwise the controller's log says why";
    throw new ClusterProblem('refused', what, remedy);
  });
  const sealed = sealedAnew(text, values);
  if (sealed !== undefined) return sealed;
  const what = `${transport.name} does not give back the sealed values of ${namespace}/${name}`;
  throw new ClusterProblem(
    'unexpected',
    what,
    'is it the sealed-secrets controller, and not something before it?',
  );
}

function transportTo(controller: Controller, surroundings: Surroundings): Transport {
  return 'url' in controller ? overUrl(controller.url) : throughApiServer(controller, surroundings);
}

/** Sends a request, again and again while the controller asks for patience, until the time is over. */
async function ask(
  transport: Transport,
  options: AskOptions,
  request: Omit<Request, 'deadline'>,
): Promise<string> {
  const deadline = Date.now() + (options.timeout ?? TIMEOUT);
  for (;;) {
    try {
      return await transport.send({ ...request, deadline });
    } catch (error) {
      if (!(error instanceof Busy) || Date.now() + error.retryAfter >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfter));
    }
  }
}

/**
 * The sealed values of an answer; undefined when it is not that Secret, or not exactly its keys. The answer says
 * no kind (pkg/apis/sealedsecrets/v1alpha1, NewSealedSecret, sets none).
 */
function sealedAnew(text: string, values: SealedValues): Readonly<Record<string, string>> | undefined {
  const answer = mapping(parsed(text));
  const metadata = mapping(answer.metadata);
  if (metadata.name !== values.name || metadata.namespace !== values.namespace) return undefined;
  const data = mapping(mapping(answer.spec).encryptedData);
  const keys = Object.keys(values.encryptedData);
  if (Object.keys(data).length !== keys.length) return undefined;
  const entries: [string, string][] = [];
  for (const key of keys) {
    const sealed = data[key];
    if (!looksSealed(sealed)) return undefined;
    entries.push([key, sealed]);
  }
  return Object.fromEntries(entries);
}
