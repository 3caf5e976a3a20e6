import { existsSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debian } from '../tools/debian.ts';
import { type Running, runFolder, start, until } from './programs.ts';

/** An HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a request may say besides its path. */
export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * A network of its own for one pod, cut off from everything: the programs find exactly the ports and addresses
 * that the manifest says, whatever else this machine runs, and can call nobody.
 */
export interface PodNetwork {
  /** Puts the words in front of a command that make it run in this network. */
  inside(command: readonly string[]): string[];
  /** The pod's address: what probes, Services and this harness connect to, as nobody outside has its loopback. */
  readonly address: string;
  /** Sends an HTTP request to a port of the pod's address. */
  request(port: number, path: string, options?: RequestOptions): Promise<Answer>;
  /** The process that keeps the network alive. */
  readonly holder: Running;
}

/** The pod's own address where a test needs no other. Without one, programs take the machine for offline. */
export const POD_ADDRESS = '10.244.0.10';

/** Makes a network with loopback and one more interface that carries `addresses` (IPv4), the pod's own first. */
export async function podNetwork(addresses: readonly string[] = [POD_ADDRESS]): Promise<PodNetwork> {
  await debian('iproute2');
  const setUp = [
    'ip link set lo up',
    // A pair of linked interfaces: one that is up and running, as a pod's or node's is.
    'ip link add eth0 type veth peer name peer0',
    'ip link set eth0 up',
    'ip link set peer0 up',
    ...addresses.map((address) => `ip address add ${address}/24 dev eth0`),
    'echo ready',
    'exec sleep infinity',
  ];
  const holder = start('network', 'unshare', ['--net', '--', 'sh', '-ec', setUp.join('\n')]);
  await until('set up', holder, 10, () => (holder.log().includes('ready') ? true : undefined));
  const inside = (command: readonly string[]): string[] => [
    'nsenter',
    `--net=/proc/${holder.pid}/ns/net`,
    '--',
    ...command,
  ];

  const socketPath = join(runFolder('network'), 'forward');
  const program = fileURLToPath(new URL('./forwarder.mjs', import.meta.url));
  const [command = '', ...args] = inside([process.execPath, program, socketPath]);
  const forwarder = start('forwarder', command, args);
  await until('listen', forwarder, 10, () => (existsSync(socketPath) ? true : undefined));

  const [address = POD_ADDRESS] = addresses;
  return {
    address,
    holder,
    inside,
    request: (port, path, options = {}) =>
      new Promise((resolve, reject) => {
        const outgoing = httpRequest(
          {
            path,
            method: options.method ?? 'GET',
            headers: { host: 'localhost', connection: 'close', ...options.headers },
            timeout: 20_000,
            createConnection: () => {
              const socket = connect(socketPath);
              socket.write(`${address} ${port}\n`);
              return socket;
            },
          },
          (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
            incoming.on('error', reject);
            incoming.on('end', () => {
              const body = Buffer.concat(chunks).toString('utf8');
              resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
            });
          },
        );
        outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer on port ${port} within 20 s`)));
        outgoing.on('error', reject);
        outgoing.end(options.body);
      }),
  };
}

/** A name and the address that the sandboxes' hosts file gives it. */
export type Hosts = Readonly<Record<string, string>>;
