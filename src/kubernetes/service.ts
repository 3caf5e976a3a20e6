import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import { portOf, type ServicePoint, selected, type Topology } from '../topology/topology.ts';
import type { ChartFile } from './chart-file.ts';
import { objectMeta, roleSelector, workloadSelector } from './labels.ts';

/**
 * A Service of the topology, as it stands there. Its labels are those of the workload it leads to, or name the role:
 * which workloads of it there are changes nothing about their Service.
 *
 * @throws when the topology has nobody behind it, or not that port
 */
export function service(file: ChartFile, topology: Topology, point: ServicePoint): void {
  const [owner] = selected(topology, point);
  if (owner === undefined) return;
  const { role, instance, namespace } = owner;
  const labelled = 'id' in point.selects ? owner : { id: role, role, instance, namespace };
  new k8s.KubeService(file, `service-${point.name}@${namespace}`, {
    metadata: objectMeta(labelled, point.name),
    spec: {
      selector: 'id' in point.selects ? workloadSelector(owner) : roleSelector(owner),
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
    if (selected(topology, point)[0]?.id === id) service(file, topology, point);
  }
}
