import type { Route, ServicePoint, Workload } from '../topology/topology.ts';
import type { StackFacts } from './facts.ts';
import type { Resources } from './resources.ts';

/** What serving static files takes: the same at every size. */
export const PAGE_RESOURCES: Resources = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { memory: '64Mi' },
};

/**
 * A program that serves static files over HTTP: what runs, and the Service that routes lead to.
 *
 * @param id of the workload, its role and its Service
 */
export function page(
  { name, namespace }: StackFacts,
  { id, title, at }: Pick<Workload, 'id' | 'title' | 'at'>,
): { readonly workload: Workload; readonly service: ServicePoint; readonly to: Route['to'] } {
  return {
    workload: {
      kind: 'workload',
      id,
      role: id,
      instance: name,
      namespace,
      title,
      hostNetwork: false,
      ports: [{ name: 'http', number: 8080, protocol: 'TCP', on: 'pod' }],
      at,
    },
    service: { name: id, namespace, selects: { role: id }, ports: [{ number: 80, to: 'http' }] },
    to: { service: id, namespace, port: 80 },
  };
}
