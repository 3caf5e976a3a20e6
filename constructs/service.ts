import { k8s } from 'cdk8s-plus-28';
import type { Party } from '../model/topology.ts';
import type { ChartFile } from './chart-file.ts';
import { componentSelector, objectMeta } from './labels.ts';

/**
 * The Service of a party, with the ports that the topology gives it.
 *
 * @throws when the party has no Service.
 */
export function service(file: ChartFile, owner: Party): void {
  if (owner.service === undefined) throw new Error(`party "${owner.id}" has no Service`);
  const ports = owner.ports.flatMap(({ name, service: port, protocol }) =>
    port === undefined ? [] : [{ name, port, protocol, targetPort: k8s.IntOrString.fromString(name) }],
  );
  new k8s.KubeService(file, 'service', {
    metadata: objectMeta(owner, owner.service),
    spec: { selector: componentSelector(owner), ports },
  });
}
