import type { IncomingMessage } from 'node:http';
import { Busy, ClusterProblem, tooLarge } from './problem.ts';
import type { Request, Transport } from './transport.ts';

const FORWARD = 'is kubectl port-forward still running, and is the port the same?';

/**
 * The way over a URL, for example that of `kubectl port-forward`. Redirects are not followed: what answers with
 * one is a log-in page.
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
  const name = base.origin;
  return {
    name,
    send: (request) =>
      new Promise((resolve, reject) => {
        const fail = (kind: ClusterProblem['kind'], what: string, todo: string): void =>
          reject(new ClusterProblem(kind, what, todo));
        const client =
          base.protocol === 'https:'
            ? process.getBuiltinModule('node:https')
            : process.getBuiltinModule('node:http');
        const target = `${base.origin}${base.pathname.replace(/\/+$/, '')}${request.path}`;
        // Its own connection each time: one that is kept may be gone by then.
        const agent = false;
        const headers = request.body === undefined ? {} : { 'content-type': 'application/json' };
        const outgoing = client.request(target, { agent, method: request.method, headers }, (incoming) => {
          read(incoming, request.limit).then(
            (text) => {
              const problem = problemOf(name, incoming, request);
              if (problem === undefined) resolve(text);
              else reject(problem);
            },
            (error: unknown) => {
              outgoing.destroy();
              if (error instanceof ClusterProblem) reject(error);
              else fail('unreachable', `${name} broke off in the middle of its answer`, FORWARD);
            },
          );
        });
        const timer = setTimeout(
          () => {
            fail('timeout', `${name} gave no complete answer in time`, FORWARD);
            outgoing.destroy();
          },
          Math.max(0, request.deadline - Date.now()),
        );
        outgoing.on('close', () => clearTimeout(timer));
        outgoing.on('error', (error) => {
          const code = 'code' in error ? ` (${String(error.code)})` : '';
          fail('unreachable', `${name} does not answer${code}`, FORWARD);
        });
        outgoing.end(request.body);
      }),
  };
}

/** The text of an answer; throws when it is larger than it may be. */
async function read(incoming: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function problemOf(name: string, incoming: IncomingMessage, request: Request): ClusterProblem | undefined {
  const status = incoming.statusCode ?? 0;
  if (status === 200) return undefined;
  const problem = (kind: ClusterProblem['kind'], what: string, remedy: string): ClusterProblem =>
    new ClusterProblem(kind, `${name}${request.path}: ${what} (${status})`, remedy);
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
      return new Busy(name, Number(incoming.headers['retry-after'] ?? 1));
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
