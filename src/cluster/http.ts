import { type Answer, exchange, type HttpServer } from './exchange.ts';
import { Busy, ClusterProblem } from './problem.ts';
import type { Transport } from './transport.ts';

const FORWARD = 'is kubectl port-forward still running, and is the port the same?';

/**
 * The way over a URL, for example that of `kubectl port-forward`.
 *
 * @throws ClusterProblem when it is no http or https URL, or holds a password
 */
export function overUrl(url: string): Transport {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  const remedy = 'write it like http://localhost:8080';
  if (base?.protocol !== 'http:' && base?.protocol !== 'https:') {
    throw new ClusterProblem('bad-address', "the controller's URL is not one of http or https", remedy);
  }
  if (base.username !== '' || base.password !== '') {
    throw new ClusterProblem('bad-address', "the controller's URL holds a user or password", remedy);
  }
  const { protocol, port } = base;
  const server: HttpServer = {
    name: base.origin,
    // Its own connection each time: one that is kept may be gone by then.
    options: { protocol, hostname: unbracketed(base.hostname), port, agent: false },
    remedy: FORWARD,
    trust: 'give the URL of a kubectl port-forward, or name its authority in NODE_EXTRA_CA_CERTS',
  };
  const prefix = base.pathname.replace(/\/+$/, '');
  return {
    name: base.origin,
    send: async (request) => {
      const answer = await exchange(server, { ...request, path: `${prefix}${request.path}` });
      const problem = problemOf(base.origin, request.path, answer);
      if (problem !== undefined) throw problem;
      return answer.text;
    },
  };
}

/** URLs write IPv6 addresses in brackets, and sockets without. */
export function unbracketed(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function problemOf(name: string, path: string, { status, retryAfter }: Answer): ClusterProblem | undefined {
  if (status === 200) return undefined;
  const problem = (kind: ClusterProblem['kind'], what: string, remedy: string): ClusterProblem =>
    new ClusterProblem(kind, `${name}${path}: ${what} (${status})`, remedy);
  switch (status) {
    case 401:
      return problem(
        'unauthorized',
        'it asks who you are',
        'ask the controller directly, by kubectl port-forward',
      );
    case 403:
      return problem('forbidden', 'no permission', 'ask the controller directly, by kubectl port-forward');
    case 404:
      return problem(
        'not-found',
        'the page does not exist',
        'something else than the controller answers there',
      );
    case 429:
      return new Busy(name, retryAfter);
    case 500:
      return problem('refused', 'the controller failed', 'its log says why');
    case 502:
    case 503:
    case 504:
      return problem('unreachable', 'the controller does not answer', 'is its pod running?');
    default:
      return problem('unexpected', 'an answer that the controller never gives', FORWARD);
  }
}
