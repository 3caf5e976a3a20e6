import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';

/** A request to a port of loopback, for a host that only this test knows. */
export interface Question {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  /** @default true */
  readonly tls?: boolean;
  /** @default GET */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in these pieces; each is asked for when the one before has gone out. */
  readonly body?: AsyncIterable<Buffer>;
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, repeated ones too. */
  readonly rawHeaders: readonly string[];
  readonly text: string;
}

/** Sends a request by HTTP/1.1, its path unchanged. */
export function ask({
  port,
  host,
  path,
  tls = true,
  method = 'GET',
  headers = {},
  body,
}: Question): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const common = {
      host: '127.0.0.1',
      port,
      path,
      method,
      headers: { ...headers, host },
      agent: false,
    } as const;
    // The certificate was made a moment ago.
    const outgoing = tls
      ? httpsRequest({ ...common, servername: host, rejectUnauthorized: false })
      : httpRequest(common);
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode: status = 0, headers: got, rawHeaders } = incoming;
        resolve({ status, headers: got, rawHeaders, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    if (body === undefined) outgoing.end();
    else send(body, outgoing).catch(reject);
  });
}

async function send(body: AsyncIterable<Buffer>, outgoing: NodeJS.WritableStream): Promise<void> {
  for await (const piece of body) {
    if (!outgoing.write(piece)) await new Promise((resolve) => outgoing.once('drain', resolve));
  }
  outgoing.end();
}

/** Opens a WebSocket, sends a text through it and gives what comes back, after a silence of so many seconds. */
export function throughWebSocket(
  { port, host, path }: Question,
  said: string,
  silence: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: host, rejectUnauthorized: false });
    let got = '';
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the connection ended after: ${got}`)));
    socket.on('secureConnect', () => {
      const key = Buffer.from('a key for a test').toString('base64');
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
      );
    });
    socket.on('data', (chunk: Buffer) => {
      const isFirst = got === '';
      got += chunk.toString('utf8');
      if (isFirst && got.startsWith('HTTP/1.1 101')) {
        setTimeout(() => socket.write(said), silence * 1000);
      }
      if (got.endsWith(said)) {
        socket.removeAllListeners('close');
        socket.destroy();
        resolve(got);
      }
    });
  });
}
