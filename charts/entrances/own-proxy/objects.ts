import type { App } from 'cdk8s';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { objectMeta, roleSelector, workloadSelector } from '../../../src/kubernetes/labels.ts';
import type { OpenDoors } from '../../../src/system/open-door.ts';
import { selected, serviceOf } from '../../../src/topology/topology.ts';
import type { Stack } from '../../stack/stack.ts';
import type { OwnProxy } from './declare.ts';

/**
 * Beside the Services of the cluster, one of its own for each port of the nodes: with another entrance, none of the
 * others changes.
 */
export function ownProxy(app: App, stack: Stack, { public: own }: OpenDoors<OwnProxy>): void {
  if (own?.nodes === undefined) return;
  const { topology } = stack;
  const file = new ChartFile(app, 'networking/own-proxy.yaml');
  const routes = topology.routes.filter(({ door }) => door === 'public');
  for (const [name, nodePort] of Object.entries(own.nodes.ports)) {
    const route = routes.find(({ to }) => to.service === name);
    if (route === undefined) continue;
    const point = serviceOf(topology, route.to);
    const [owner] = selected(topology, point);
    const entry = point.ports.find(({ number }) => number === route.to.port);
    if (owner === undefined || entry === undefined) continue;
    new k8s.KubeService(file, `own-proxy-${name}`, {
      metadata: objectMeta(
        { id: name, role: 'entrance', instance: stack.name, namespace: point.namespace },
        `${name}-node-port`,
      ),
      spec: {
        type: 'NodePort',
        selector: 'id' in point.selects ? workloadSelector(owner) : roleSelector(owner),
        ports: [
          {
            name: entry.to,
            port: entry.number,
            protocol: 'TCP',
            targetPort: k8s.IntOrString.fromString(entry.to),
            nodePort,
          },
        ],
      },
    });
  }
}
