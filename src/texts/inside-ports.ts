import type { Port, Topology, Workload } from '../topology/topology.ts';

/** What a port is for that is not the program's own service. */
export const PURPOSES: Readonly<Record<NonNullable<Port['purpose']>, string>> = {
  metrics: 'metrics',
  health: 'health checks',
};

/** A port of a node that only programs of the cluster are to reach, though nothing but a firewall keeps others away. */
export interface InsidePort {
  readonly workload: Workload;
  readonly port: Port;
  readonly purpose: NonNullable<Port['purpose']>;
}

/** Ports for metrics and health checks that are opened on a node. */
export function insidePorts({ workloads }: Pick<Topology, 'workloads'>): readonly InsidePort[] {
  return workloads.flatMap((workload) =>
    workload.ports.flatMap((port) => {
      const { purpose, on } = port;
      const isOnNode = on === 'node' || workload.hostNetwork;
      return purpose !== undefined && isOnNode ? [{ workload, port, purpose }] : [];
    }),
  );
}
