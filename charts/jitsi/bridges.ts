import * as z from 'zod';
import { ipv4, isPrivateAddress, label, objectName, port } from '../../src/stack/fields.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { nodeLabels } from '../../src/stack/node-labels.ts';
import type { Path } from '../../src/stack/reading/yaml-source.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import type { Workload } from '../../src/topology/topology.ts';

/** Of a bridge: workloads, and pods with what Kubernetes adds, are named after it. */
const NAME_LENGTH = 20;

/** One more video bridge, on nodes of its own. */
const bridgeSchema = z.strictObject({
  name: label(NAME_LENGTH).describe('Its Deployment is called jitsi-jvb-NAME. Never change it.'),
  node: objectName
    .optional()
    .describe('The node that it runs on: the value of its label kubernetes.io/hostname.'),
  nodeSelector: nodeLabels
    .refine((labels) => Object.keys(labels).length > 0, 'write at least one label')
    .optional()
    .describe('Labels of the nodes that it can run on, instead of node.'),
  address: ipv4
    .optional()
    .describe('The address that clients connect to. Default: as callNodes.addresses says.'),
  udp: port.optional().describe('Its UDP port. Default: jitsi.udp.'),
});

/** `jitsi.jvb.nodes`. */
export const bridgesField = z
  .array(bridgeSchema)
  .max(50, 'write at most 50 bridges')
  .describe(
    'More video bridges, each on nodes of its own; the first one stays on callNodes. Every meeting is on one of them, and Jicofo chooses the one with the least load.',
  );

/** One of Jitsi's video bridges. */
export interface Bridge {
  /** Its workload. */
  readonly id: string;
  readonly title: string;
  readonly udp: number;
  /** The field that decides its port. */
  readonly udpAt: Path;
  /** The part of the stack file that brought it. */
  readonly at: readonly [string, ...Path];
  /** Nodes of its own. @default - callNodes of the stack */
  readonly onNodes?: Workload['onNodes'];
}

/** The workload of the first bridge, and the role of all. */
export const FIRST_BRIDGE = 'jitsi-jvb';

/** Every bridge of a stack: the first, which more of them never rename, and those of `jitsi.jvb.nodes`. */
export function resolveBridges(
  udp: number,
  further: z.infer<typeof bridgesField> | undefined,
): readonly [Bridge, ...Bridge[]] {
  const first: Bridge = {
    id: FIRST_BRIDGE,
    title: 'Jitsi Videobridge',
    udp,
    udpAt: ['jitsi', 'udp'],
    at: ['jitsi'],
  };
  const others = (further ?? []).flatMap((one, index, all): readonly Bridge[] => {
    // A name twice is an error, and means one bridge until then.
    if (all.findIndex(({ name }) => name === one.name) < index) return [];
    const at = ['jitsi', 'jvb', 'nodes', index] as const;
    const bridge: Bridge = {
      id: `${FIRST_BRIDGE}-${one.name}`,
      title: `Jitsi Videobridge ${one.name}`,
      udp: one.udp ?? udp,
      udpAt: [...at, 'udp'],
      at,
      onNodes: {
        nodeSelector:
          one.node === undefined ? { ...one.nodeSelector } : { 'kubernetes.io/hostname': one.node },
        ...(one.address === undefined ? {} : { address: one.address }),
      },
    };
    return [bridge];
  });
  return [first, ...others];
}

/** What is wrong with the bridges that no single field shows. */
export function bridgeFindings(
  written: z.infer<typeof bridgesField> | undefined,
  bridges: readonly Bridge[],
  { callNodes, expose }: StackFacts,
): readonly CheckFinding[] {
  const found: CheckFinding[] = [];
  for (const [index, one] of (written ?? []).entries()) {
    const at = ['jitsi', 'jvb', 'nodes', index] as const;
    const twin = written?.findIndex(({ name }) => name === one.name) ?? index;
    if (twin < index) {
      found.push({
        code: 'MG265',
        at: [...at, 'name'],
        other: ['jitsi', 'jvb', 'nodes', twin, 'name'],
        what: `two video bridges are called "${one.name}"`,
        remedy: 'write a different name',
      });
    }
    if ((one.node === undefined) === (one.nodeSelector === undefined)) {
      const isBoth = one.node !== undefined;
      found.push({
        code: 'MG266',
        at: isBoth ? [...at, 'nodeSelector'] : at,
        ...(isBoth ? { other: [...at, 'node'] } : { missing: [...at, 'node'] }),
        what: isBoth
          ? `the video bridge "${one.name}" has node and nodeSelector`
          : `nothing says where the video bridge "${one.name}" runs`,
        remedy: isBoth ? 'remove one of them' : 'add node: NAME, or nodeSelector: {LABEL: VALUE}',
      });
    }
    if (one.address !== undefined && expose.public !== undefined && isPrivateAddress(one.address)) {
      found.push({
        code: 'MG031',
        at: [...at, 'address'],
        other: ['expose', 'public'],
        what: `"${one.address}" cannot be reached from the Internet, but the stack is public`,
        remedy: 'write the address at which the Internet reaches that node',
      });
    }
  }
  return [...found, ...sameAddress(bridges, callNodes)];
}

/** A router leads one address and port to one node. */
function sameAddress(
  bridges: readonly Bridge[],
  { address }: StackFacts['callNodes'],
): readonly CheckFinding[] {
  const told = ({ onNodes }: Bridge): string | undefined =>
    onNodes?.address ?? (address.by === 'public' ? address.ip : undefined);
  return bridges.flatMap((one, index): readonly CheckFinding[] => {
    const ip = told(one);
    const twin = bridges.slice(0, index).find((other) => told(other) === ip && other.udp === one.udp);
    if (ip === undefined || twin === undefined) return [];
    return [
      {
        code: 'MG267',
        at: one.onNodes?.address === undefined ? one.at : [...one.at, 'address'],
        what: `clients reach ${twin.title} and ${one.title} both at ${ip}, ${one.udp}/udp, which leads to one node only`,
        remedy: 'write the address of its own node, or a different udp that your router forwards to it',
      },
    ];
  });
}
