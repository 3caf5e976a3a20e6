import { data as mapping } from '../plain/data.ts';
import { type ApiServer, apiServer } from './api-server.ts';
import { type Answer, exchange } from './exchange.ts';
import { parsed } from './json.ts';
import { Busy, ClusterProblem } from './problem.ts';
import type { Surroundings } from './surroundings.ts';
import type { Request, Transport } from './transport.ts';

/** A Service of the cluster, reached through the API server. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  /** Of the kubeconfig. @default - the current one */
  readonly context?: string;
  /** The folder with the stack files: nothing is taken from their repository. @default - that of the current folder alone */
  readonly stacks?: string;
}

/** A Service, with whatever its owners noted on it. */
const SERVICE_LIMIT = 512 * 1024;

/**
 * The way through the API server, which passes the request on to the Service's first port, found by its name as
 * kubeseal does, since the permissions that come with the controller name exactly that path.
 *
 * @throws ClusterProblem when namespace or name cannot be ones
 */
export function throughApiServer(service: ServiceAddress, surroundings: Surroundings = {}): Transport {
  const { namespace, name, context, stacks } = service;
  for (const [what, value] of [
    ['namespace', namespace],
    ['name', name],
  ]) {
    // They become part of a path.
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value ?? '')) {
      const remedy = 'use lower-case letters, digits and -, as kubectl get services shows it';
      throw new ClusterProblem('bad-address', `the controller's ${what} cannot be one`, remedy);
    }
  }
  const shown = `Service ${namespace}/${name}`;
  const services = `/api/v1/namespaces/${namespace}/services`;
  const around = stacks === undefined ? surroundings : { ...surroundings, stacks };
  let port: Promise<string> | undefined;

  const send = async (request: Request): Promise<string> =>
    await askApiServer(around, context, shown, request);
  const firstPort = async (deadline: number): Promise<string> => {
    const text = await send({ method: 'GET', path: `${services}/${name}`, limit: SERVICE_LIMIT, deadline });
    const found = portName(text);
    if (found !== undefined) return found;
    const what = `${shown}: the API server lists no ports of it`;
    throw new ClusterProblem('unexpected', what, "is it the controller's Service?");
  };
  return {
    name: shown,
    send: async (request) => {
      port ??= firstPort(request.deadline);
      const path = `${services}/http:${name}:${await port}/proxy${request.path}`;
      return await send({ ...request, path });
    },
  };
}

/** The name of a Service's first port, which may be empty; undefined when the text is no Service. */
function portName(text: string): string | undefined {
  const { ports } = mapping(mapping(parsed(text)).spec);
  if (!Array.isArray(ports) || ports.length === 0) return undefined;
  const { name = '' } = mapping(ports[0]);
  // It becomes part of a path.
  return typeof name === 'string' && /^[-a-z0-9]*$/.test(name) ? name : undefined;
}

/** API servers that were logged in to: a program to log in can take seconds, and a kubeconfig be a pipe. */
const known = new WeakMap<NodeJS.ProcessEnv, Map<string, Promise<ApiServer>>>();

function knownApiServer(
  surroundings: Surroundings,
  context: string | undefined,
  deadline: number,
): Promise<ApiServer> {
  const { environment = process.env, here, stacks } = surroundings;
  const all = known.get(environment) ?? new Map<string, Promise<ApiServer>>();
  known.set(environment, all);
  const key = JSON.stringify([context, here, stacks]);
  const found = all.get(key) ?? apiServer(surroundings, context, deadline);
  all.set(key, found);
  found.catch(() => all.delete(key));
  return found;
}

/**
 * Sends a request to the API server.
 *
 * @param shown what it is about, for messages
 * @param request with a path on the API server
 * @returns the text of a good answer
 * @throws ClusterProblem
 */
export async function askApiServer(
  surroundings: Surroundings,
  context: string | undefined,
  shown: string,
  request: Request,
): Promise<string> {
  const { connect } = await knownApiServer(surroundings, context, request.deadline);
  const { server, prefix } = await connect(request.deadline);
  const answer = await exchange(server, { ...request, path: `${prefix}${request.path}` });
  if (answer.status === 200 || answer.status === 201) return answer.text;
  throw problemOf(shown, answer);
}

const REMEDIES: Readonly<Record<number, readonly [ClusterProblem['kind'], string, string]>> = {
  401: ['unauthorized', 'the cluster does not know who asks', 'log in to the cluster again'],
  403: [
    'forbidden',
    'the cluster does not allow it',
    'ask for the role sealed-secrets-service-proxier in its namespace, or give the URL of a kubectl port-forward',
  ],
  404: [
    'not-found',
    'there is nothing of that name',
    "give the namespace and name of the controller's Service: kubectl get services --all-namespaces",
  ],
  500: ['refused', 'the controller failed', "the controller's log says why"],
  502: ['unreachable', 'the controller does not answer', 'is its pod running?'],
  503: [
    'unreachable',
    'the controller does not answer',
    'is its pod running, and may the API server reach it? If not, give the URL of a kubectl port-forward',
  ],
  504: ['timeout', 'the API server gave up waiting', 'does kubectl get nodes answer? If so, run it again'],
};

function problemOf(shown: string, { status, text, retryAfter }: Answer): ClusterProblem {
  if (status === 429) return new Busy(shown, retryAfter);
  const [kind, what, remedy] = REMEDIES[status] ?? [
    'unexpected',
    'an answer that API servers do not give',
    'is the server in the kubeconfig the API server, and not something before it?',
  ];
  const said = statusText(text);
  return new ClusterProblem(
    kind,
    `${shown}: ${what} (${said === '' ? status : `${status}: ${said}`})`,
    remedy,
  );
}

/** What an API server says of a failure; empty where something else answered. */
function statusText(text: string): string {
  const { kind, message } = mapping(parsed(text));
  if (kind !== 'Status' || typeof message !== 'string') return '';
  // Control characters must not reach a terminal.
  return message
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, 300)
    .trim();
}
