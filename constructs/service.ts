import { k8s } from 'cdk8s-plus-28';
import { portOf, type ServicePoint, selected, type Topology } from '../model/topology.ts';
import type { ChartFile } from './chart-file.ts';
import { objectMeta, roleSelector, workloadSelector } from './labels.ts';

/**
 * A Service of the topology, as it stands there. Its labels are those of the first workload it leads to.
 *
 * @throws when the topology has nobody behind it, or not that port
 */
export function service(file: ChartFile, topology: Topology, point: ServicePoint): void {
  const [owner] = selected(topology, point.selects);
  if (owner === undefined) return;
  const selector =
    'id' in point.selects
      ? workloadSelector(owner)
      : roleSelector({ role: point.selects.role, instance: owner.instance });
  new k8s.KubeService(file, `service-${point.name}`, {
    metadata: objectMeta(owner, point.name),
    spec: {
      selector,
      ports: point.ports.map(({ number, to }) => ({
        name: to,
        port: number,
        protocol: portOf(owner, to).protocol,
        targetPort: k8s.IntOrString.fromString(to),
      })),
    },
  });
}

/** Every Service that leads to a workload, or to all of its role. */
export function services(file: ChartFile, topology: Topology, id: string): void {
  for (const point of topology.services) {
    if (selected(topology, point.selects)[0]?.id === id) service(file, topology, point);
  }
}
