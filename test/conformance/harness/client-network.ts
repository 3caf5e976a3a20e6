import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hosts, PodNetwork } from './network.ts';
import { run, runFolder, start, until } from './programs.ts';

/** A network of people far away, from which a pod's network can be reached. */
export interface ClientNetwork {
  /** Puts words in front of a command that make it run there, with these names. */
  inside(command: readonly string[]): string[];
  /** From now on, no packet of this kind leaves: `ipproto udp`, `ipproto tcp dport 443`. */
  block(kind: string): Promise<void>;
  /** Lets such packets out again. */
  unblock(kind: string): Promise<void>;
}

const CLIENT = '192.168.77.200';

/**
 * Makes one, connected to a pod's network by a cable of its own. The pod's end has no address: programs that tell others
 * all addresses of the machine would tell it, too.
 */
export async function clientNetwork(pod: PodNetwork, names: Hosts): Promise<ClientNetwork> {
  const words = 'ip link set lo up; echo ready; exec sleep infinity';
  const holder = start('clients', 'unshare', ['--net', '--', 'sh', '-ec', words]);
  await until('be there', holder, 10, () => (holder.log().includes('ready') ? true : undefined));
  const there = ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'];
  const shell = async (command: readonly string[], lines: readonly string[]): Promise<void> => {
    const [first = '', ...rest] = [...command, 'sh', '-ec', lines.join('\n')];
    await run(first, rest);
  };
  await shell(pod.inside([]), [
    `ip link add cable type veth peer name eth0 netns ${holder.pid}`,
    'ip link set cable up',
    `ip route add ${CLIENT}/32 dev cable`,
  ]);
  await shell(there, [
    'ip link set eth0 up',
    `ip address add ${CLIENT}/32 dev eth0`,
    'ip route add default dev eth0',
  ]);
  const hosts = join(runFolder('hosts'), 'hosts');
  writeFileSync(
    hosts,
    Object.entries({ localhost: '127.0.0.1', ...names })
      .map(([name, address]) => `${address} ${name}\n`)
      .join(''),
  );
  return {
    inside: (command) => [
      ...there,
      ...['unshare', '--mount', '--', 'sh', '-ec', 'mount --bind "$0" /etc/hosts; exec "$@"', hosts],
      ...command,
    ],
    block: (kind) => shell(there, [`ip rule add ${kind} prio 10 blackhole`]),
    unblock: (kind) => shell(there, [`ip rule del ${kind} prio 10 blackhole`]),
  };
}
