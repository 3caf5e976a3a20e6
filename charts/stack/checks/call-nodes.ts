import { valueAt } from '../../../src/plain/data.ts';
import { keptApart, type NodeSelector } from '../../../src/plain/node-selector.ts';
import { isDocumentationAddress, isPrivateAddress } from '../../../src/stack/fields.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import { isOnNode } from '../../../src/topology/topology.ts';
import { entranceAt } from '../../entrances/index.ts';
import type { Stack } from '../stack.ts';
import type { Check } from './check.ts';
import { reservedBy } from './reserved-ports.ts';

/** Kubernetes' default range for node ports. */
const NODE_PORTS = { first: 30000, last: 32767 } as const;

/** Ports a call pod opens on its node, and the field that decides them. */
export interface HostPorts {
  readonly path: Path;
  /** Whether that field is the port itself; the other ports are the program's own. */
  readonly settable: boolean;
  readonly who: string;
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  /** Whether ports below 1024 are fine. @default false */
  readonly belowLimit?: true;
  /** The nodes that it may be on. */
  readonly nodeSelector: NodeSelector;
}

export function hostPorts(stack: Stack): readonly HostPorts[] {
  const found: HostPorts[] = [];
  for (const workload of stack.topology.workloads) {
    const { nodeSelector } = workload.onNodes ?? stack.callNodes;
    for (const port of workload.ports) {
      if (port.on !== 'node') continue;
      found.push({
        path: port.decidedBy ?? workload.at,
        settable: port.decidedBy !== undefined,
        who: `${workload.title} (${port.name})`,
        protocol: port.protocol,
        first: port.number,
        last: port.last ?? port.number,
        ...(port.belowLimit === undefined ? {} : { belowLimit: port.belowLimit }),
        nodeSelector,
      });
    }
    for (const { name, number, protocol, becauseOf } of workload.onLoopback ?? []) {
      found.push({
        path: becauseOf,
        settable: false,
        who: `${workload.title} (${name})`,
        protocol,
        first: number,
        last: number,
        nodeSelector,
      });
    }
  }
  return found;
}

/** `7882`, or `50000-60000`. */
export function portsText({ first, last }: { readonly first: number; readonly last: number }): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** Where ports can be changed; two programs whose ports are fixed cannot share a node. */
function otherPorts(ports: readonly [HostPorts, HostPorts]): string {
  const [one, other] = ports.map(({ nodeSelector }) => JSON.stringify(nodeSelector));
  const labels =
    one === other ? '' : ', or a label at callNodes.nodeSelector that the other has with a different value';
  const settings = ports.flatMap(({ settable, path }) => (settable ? [dotted(path)] : []));
  return settings.length > 0
    ? `write different ports at ${settings.join(' or ')}${labels}`
    : 'move one of them to a stack of its own, on different nodes';
}

/** Two programs cannot open one port on one node. */
export const checkPorts: Check = (written, stack) => {
  const findings: CheckFinding[] = [];
  const decides = ({ settable, path }: HostPorts): boolean =>
    settable && valueAt(written, path) !== undefined;
  const ports = hostPorts(stack);
  for (const [index, one] of ports.entries()) {
    for (const other of ports.slice(0, index)) {
      if (one.protocol !== other.protocol || one.first > other.last || other.first > one.last) continue;
      if (keptApart(one.nodeSelector, other.nodeSelector)) continue;
      const [at, against] = decides(other) && !decides(one) ? [other, one] : [one, other];
      const shared = portsText({
        first: Math.max(one.first, other.first),
        last: Math.min(one.last, other.last),
      });
      findings.push({
        code: 'MG021',
        at: at.path,
        // A default of the same program has no place of its own in the file.
        ...(decides(against) || against.path[0] !== at.path[0] ? { other: against.path } : {}),
        what: `${one.who} and ${other.who} both open ${one.protocol} ${shared} on the call nodes`,
        remedy: otherPorts([at, against]),
      });
    }
    if (one.settable && one.first <= NODE_PORTS.last && one.last >= NODE_PORTS.first) {
      findings.push({
        code: 'MG037',
        at: one.path,
        what: `${one.who} opens ${portsText(one)}, which is in Kubernetes' node port range (${portsText(NODE_PORTS)})`,
        remedy: `choose ports below ${NODE_PORTS.first} or above ${NODE_PORTS.last}`,
      });
    }
    const owner = one.settable && one.first === one.last ? reservedBy(one.first) : undefined;
    if (owner !== undefined) {
      findings.push({
        code: 'MG093',
        at: one.path,
        what: `${one.who} opens ${portsText(one)} on the call nodes, a port that belongs to ${owner}`,
        remedy: 'choose a different port, such as 7882',
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
    const lowest = one.belowLimit === true ? 1 : 1024;
    if (Math.min(one.first, one.last) < lowest || Math.max(one.first, one.last) > 65535) {
      findings.push({
        code: 'MG038',
        at: one.path,
        what: `the range ${one.first}-${one.last} includes ports that the program is not allowed to open`,
        remedy: 'choose ports from 1024 to 65535',
      });
    }
  }
  return findings;
};

/** Call traffic needs an address that its clients can reach: no tunnel or proxy carries UDP. */
export const checkCallAddress: Check = (written, stack) => {
  const onNodes = stack.topology.workloads.filter(isOnNode);
  const calls = [...new Set(onNodes.map(({ at }) => at[0]))];
  const [first] = calls;
  const ip = written.callNodes?.addresses?.public;
  if (first === undefined || stack.expose.public === undefined) return [];
  if (written.callNodes?.addresses === undefined) {
    return [
      {
        code: 'MG022',
        at: [first],
        other: ['expose', 'public', 'via'],
        what: `${calls.join(' and ')} ${calls.length > 1 ? 'need' : 'needs'} UDP from the Internet, which ${entranceAt(stack, 'public')?.entrance.title} does not carry`,
        remedy: `add callNodes: {addresses: {public: ADDRESS}} with the address that leads to your call node${onNodes.some(({ needsAddress }) => needsAddress) ? '' : ', or {discover: stun}'}`,
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
          'write the address that your router or provider gives the node, and forward the ports in SUMMARY.md to it',
      },
    ];
  }
  return [];
};

/** A warning: an address out of an example carries no call, and everything else works. */
export const checkPlaceholderAddress: Check = (written, stack) => {
  const { workloads } = stack.topology;
  if (!workloads.some(isOnNode)) return [];
  const told = [
    { at: ['callNodes', 'addresses', 'public'], address: written.callNodes?.addresses?.public },
    ...workloads.map(({ at, onNodes }) => ({ at: [...at, 'address'], address: onNodes?.address })),
  ];
  return told.flatMap(({ at, address }): readonly CheckFinding[] =>
    address === undefined || !isDocumentationAddress(address)
      ? []
      : [
          {
            code: 'MG095',
            at,
            what: `${address} is reserved for documentation, so no client can reach calls there`,
            remedy: 'write the address at which clients reach your call nodes',
          },
        ],
  );
};

/** Kubernetes refuses a value where any value is tolerated. */
export const checkTolerations: Check = (written) =>
  (written.callNodes?.tolerations ?? []).flatMap(({ operator, value }, index) =>
    operator !== 'Exists' || value === undefined
      ? []
      : [
          {
            code: 'MG032',
            at: ['callNodes', 'tolerations', index, 'value'],
            other: ['callNodes', 'tolerations', index, 'operator'],
            what: 'a toleration with operator Exists has a value',
            remedy: 'remove the value, or write operator: Equal',
          },
        ],
  );
