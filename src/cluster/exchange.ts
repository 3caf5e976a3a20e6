import type { IncomingMessage, RequestOptions } from 'node:http';
import { errorCode } from '../plain/errno.ts';
import { ClusterProblem, tooLarge } from './problem.ts';
import type { Request } from './transport.ts';

/** A server that is asked over HTTP. */
export interface HttpServer {
  /** How messages name it. */
  readonly name: string;
  /** With its address; certificates, proxies and headers come along. */
  readonly options: RequestOptions & { readonly protocol: 'http:' | 'https:' };
  /** What to do when it cannot be reached. */
  readonly remedy: string;
  /** What to do when its certificate is not trusted. */
  readonly trust: string;
}

/** What a server answered, whatever it is. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The `Retry-After` header, in seconds; NaN where it is missing. */
  readonly retryAfter: number;
}

/**
 * Sends one request over a connection of its own and reads the answer. Redirects are not followed: what answers with
 * one is a log-in page.
 *
 * @throws ClusterProblem where no complete answer comes
 */
export function exchange(
  { name, options, remedy, trust }: HttpServer,
  { method, path, body, limit, deadline }: Request,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (kind: ClusterProblem['kind'], what: string, todo = remedy): void =>
      reject(new ClusterProblem(kind, `${name} ${what}`, todo));
    const client =
      options.protocol === 'https:'
        ? process.getBuiltinModule('node:https')
        : process.getBuiltinModule('node:http');
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { ...options.headers, ...content };
    const outgoing = client.request({ ...options, method, path, headers }, (incoming) => {
      read(incoming, limit).then(
        (text) =>
          resolve({
            status: incoming.statusCode ?? 0,
            text,
            retryAfter: Number(incoming.headers['retry-after'] ?? Number.NaN),
          }),
        (error: unknown) => {
          outgoing.destroy();
          if (error instanceof ClusterProblem) reject(error);
          else fail('unreachable', 'broke off in the middle of its answer');
        },
      );
    });
    const timer = setTimeout(
      () => {
        fail('timeout', 'gave no complete answer in time');
        outgoing.destroy();
      },
      Math.max(0, deadline - Date.now()),
    );
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.on('error', (error) => {
      const code = errorCode(error);
      if (UNTRUSTED.test(code)) fail('untrusted', `shows a certificate that is not trusted (${code})`, trust);
      else fail('unreachable', `does not answer${code === '' ? '' : ` (${code})`}`);
    });
    outgoing.end(body);
  });
}

/** Codes of OpenSSL and Node.js for certificates of servers: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED =
  /^(?:CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|ERR_TLS_CERT_)/;

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
