import { isPrivateAddress } from '../fields.ts';
import type { Stack } from '../stack.ts';
import type { Path } from '../yaml-source.ts';
import type { Check, CheckFinding } from './check.ts';

/** Kubernetes' default range for node ports. */
const NODE_PORTS = { first: 30000, last: 32767 } as const;

/** Ports a call pod opens on its node, and the field that decides them. */
interface HostPorts {
  readonly path: Path;
  readonly who: string;
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
}

function hostPorts(stack: Stack): readonly HostPorts[] {
  const found: HostPorts[] = [];
  for (const party of stack.topology.parties) {
    for (const port of party.ports) {
      // With hostPort only the media port reaches the node; the rest stays on the pod.
      const onNode = party.network === 'host' || (party.network === 'hostPort' && port.service === undefined);
      if (!onNode) continue;
      const field = port.name === 'ice-udp' || port.name === 'media';
      found.push({
        path: field ? [party.setting, 'udp'] : [party.setting],
        who: `${party.title} (${port.name})`,
        protocol: port.protocol,
        first: port.number,
        last: port.last ?? port.number,
      });
    }
  }
  return found;
}

/** Two programs cannot open one port on one node. */
export const checkPorts: Check = (_written, stack) => {
  const findings: CheckFinding[] = [];
  const ports = hostPorts(stack);
  for (const [index, one] of ports.entries()) {
    for (const other of ports.slice(0, index)) {
      if (one.protocol !== other.protocol || one.first > other.last || other.first > one.last) continue;
      const mine = one.path.length > 1 || other.path.length === 1;
      findings.push({
        code: 'MG021',
        at: mine ? one.path : other.path,
        other: mine ? other.path : one.path,
        what: `${one.who} and ${other.who} both open ${one.protocol} ${Math.max(one.first, other.first)} on the call nodes`,
        remedy: 'give one of them another port',
      });
    }
    if (one.path.length > 1 && one.first <= NODE_PORTS.last && one.last >= NODE_PORTS.first) {
      findings.push({
        code: 'MG037',
        at: one.path,
        what: `${one.who} opens ${one.first}-${one.last}, inside Kubernetes' node ports (30000-32767)`,
        remedy: 'choose ports outside it, such as 7882 or 50000-60000',
      });
    }
    if (one.last < one.first) {
      findings.push({
        code: 'MG038',
        at: one.path,
        what: `the range ${one.first}-${one.last} runs backwards`,
        remedy: `write ${one.last}-${one.first}`,
      });
    }
    if (one.last > 65535) {
      findings.push({
        code: 'MG038',
        at: one.path,
        what: `the range ends at ${one.last}`,
        remedy: 'ports end at 65535',
      });
    }
  }
  return findings;
};

/** Call traffic needs an address that its clients can reach: no tunnel or proxy carries UDP. */
export const checkCallAddress: Check = (written, stack) => {
  const calls = (['livekit', 'jitsi'] as const).filter((component) => stack[component] !== undefined);
  const [first] = calls;
  const ip = written.callNodes?.addresses?.public;
  if (first === undefined || stack.expose.public === undefined) return [];
  if (stack.callNodes.address.by === 'node') {
    const { via } = stack.expose.public;
    return [
      {
        code: 'MG022',
        at: [first],
        other: ['expose', 'public', 'via'],
        what: `${calls.join(' and ')} ${calls.length > 1 ? 'need' : 'needs'} UDP from the Internet, which ${via === 'tunnel' ? 'a tunnel' : 'Traefik'} does not carry`,
        remedy:
          'add callNodes: {addresses: {public: ADDRESS}} with the address that leads to your call node, or {discover: stun}',
      },
    ];
  }
  if (ip !== undefined && isPrivateAddress(ip)) {
    return [
      {
        code: 'MG031',
        at: ['callNodes', 'addresses', 'public'],
        other: ['expose', 'public'],
        what: `"${ip}" cannot be reached from the Internet, but the stack is public`,
        remedy:
          'write the address your router or provider gives the node, and forward the ports of SUMMARY.md to it',
      },
    ];
  }
  return [];
};
