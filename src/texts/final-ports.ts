import type { Stack } from '../../charts/stack/stack.ts';
import { type ObjectId, objectId, objectKey, objectText } from '../stack/manifest.ts';
import type { Exposure } from '../system/exposure.ts';
import type { Port, Workload } from '../topology/topology.ts';
import { type Content, code, joined, md } from './markdown.ts';

/** True where the finished pod still has this port of its node. Without overrides it always does. */
export function isStillOpen(
  { id, namespace }: Workload,
  { number, protocol }: Port,
  exposure: Exposure | undefined,
): boolean {
  if (exposure === undefined || exposure.onNetwork.has(`${namespace}/${id}`)) return true;
  return exposure.nodePorts.some(
    (one) =>
      one.object.name === id &&
      one.object.namespace === namespace &&
      one.number === number &&
      one.protocol === protocol,
  );
}

/** Rows for ports that overrides and included objects open. */
export function newPortRows(
  { included }: Pick<Stack, 'included'>,
  exposure: Exposure | undefined,
): readonly (readonly Content[])[] {
  if (exposure === undefined) return [];
  const files = new Map(
    included.flatMap(({ file, objects }) =>
      objects.map(({ manifest }) => [objectKey(objectId(manifest)), file] as const),
    ),
  );
  const by = (object: ObjectId): Content => {
    const file = files.get(objectKey(object));
    return file === undefined ? 'by an override' : md`from ${code(file)}`;
  };
  return [
    ...exposure.newNodePorts.map(({ object, number, protocol, nodes }) => [
      `${number}/${protocol.toLowerCase()}`,
      'anyone who can reach the node',
      nodesText(nodes),
      md`${code(objectText(object))}, ${by(object)}`,
    ]),
    ...exposure.outsideServices.map(({ object, type, ports }) => [
      ports.join(', '),
      type === 'NodePort' ? 'anyone who can reach a node' : 'anyone who can reach its address',
      type === 'NodePort' ? 'every node' : 'the address that the cluster gives it',
      md`${code(objectText(object))}, of type ${code(type)} ${by(object)}`,
    ]),
  ];
}

function nodesText(labels: Readonly<Record<string, string>>): Content {
  const all = Object.entries(labels).map(([key, value]) => code(`${key}=${value}`));
  return all.length === 0 ? 'every node' : md`nodes labelled ${joined(all)}`;
}
