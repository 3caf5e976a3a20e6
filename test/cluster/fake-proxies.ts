import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { portOf } from './fake-api-server.ts';

/** A proxy that understands CONNECT and writes down where to. */
export interface FakeProxy {
  readonly url: () => string;
  /** First lines and headers of what it was asked. */
  readonly asked: string[];
  /** What it says to that; undefined to say nothing at all. */
  reply: string | undefined;
}

const ESTABLISHED = 'HTTP/1.1 200 OK\r\n\r\n';

/** Listens while the tests of a file run. It connects to the port that was asked for, always on this machine. */
export function useProxy(): FakeProxy {
  const fake: FakeProxy = { url: () => `http://127.0.0.1:${portOf(server)}`, asked: [], reply: ESTABLISHED };
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (head: Buffer) => {
      const text = head.toString('latin1');
      fake.asked.push(text);
      if (fake.reply === undefined) return;
      socket.write(fake.reply);
      if (fake.reply !== ESTABLISHED) {
        socket.end();
        return;
      }
      goOn(socket, Number(/^CONNECT \S+:(\d+) /.exec(text)?.[1]));
    });
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterEach(() => {
    fake.asked.length = 0;
    fake.reply = ESTABLISHED;
  });
  afterAll(() => void server.close());
  return fake;
}

/** To a port of this machine, whatever host was asked for. */
function goOn(socket: Socket, port: number): void {
  const onward = connect(port, '127.0.0.1');
  onward.on('error', () => socket.destroy());
  socket.on('close', () => onward.destroy());
  socket.pipe(onward).pipe(socket);
}

/** A proxy that speaks SOCKS 5 (RFC 1928) and writes down which hosts it was asked for. */
export interface FakeSocksProxy {
  readonly url: () => string;
  readonly asked: string[];
}

/** Listens while the tests of a file run. */
export function useSocksProxy(): FakeSocksProxy {
  const fake: FakeSocksProxy = { url: () => `socks5://127.0.0.1:${portOf(server)}`, asked: [] };
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      // No login.
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request: Buffer) => {
        // 5, connect, 0, a name, its length, the name, the port.
        const length = request.readUInt8(4);
        fake.asked.push(
          request.readUInt8(3) === 3 ? request.toString('latin1', 5, 5 + length) : 'an address',
        );
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
        goOn(socket, request.readUInt16BE(request.length - 2));
      });
    });
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterEach(() => {
    fake.asked.length = 0;
  });
  afterAll(() => void server.close());
  return fake;
}
