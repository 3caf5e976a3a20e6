import type { App } from 'cdk8s';
import {
  TunnelBinding,
  type TunnelBindingSubjects,
  TunnelBindingTunnelRefKind,
} from '../../../imports/networking.cfargotunnel.com.ts';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { type Owner, objectMeta } from '../../../src/kubernetes/labels.ts';
import type { OpenDoors } from '../../../src/system/open-door.ts';
import { addressOf, type Route } from '../../../src/topology/topology.ts';
import type { Stack } from '../../stack/stack.ts';
import { pathPattern } from '../cloudflare.ts';
import type { Tunnel } from './declare.ts';

/**
 * One TunnelBinding for the whole stack: the operator orders rules by binding, then by subject,
 * so path rules only come before a host's catch-all within one binding. The topology has them in that order.
 *
 * @see https://github.com/adyanth/cloudflare-operator (docs/configuration/tunnel-binding.md)
 */
export function tunnel(app: App, stack: Stack, doors: OpenDoors<Tunnel>): void {
  if (doors.public === undefined) return;
  const { kind, name: tunnelName } = doors.public;
  const file = new ChartFile(app, 'networking/tunnel.yaml');
  const { name, namespace } = stack;
  const owner: Owner = { id: name, role: 'entrance', instance: name, namespace };
  const routes = stack.topology.routes.filter(({ door }) => door === 'public');
  new TunnelBinding(file, 'tunnel-binding', {
    metadata: objectMeta(owner, name),
    subjects: routes.map((route) => subject(stack, route)),
    tunnelRef: {
      kind: kind === 'Tunnel' ? TunnelBindingTunnelRefKind.TUNNEL : TunnelBindingTunnelRefKind.CLUSTER_TUNNEL,
      name: tunnelName,
    },
  });
}

function subject(stack: Stack, route: Route): TunnelBindingSubjects {
  const path = pathPattern(route.match);
  return {
    name: route.to.service,
    spec: {
      fqdn: route.host,
      ...(path === undefined ? {} : { path }),
      // Without it the operator takes the first port of a Service in the namespace of the binding, whichever that is.
      target: addressOf(stack.topology, route.to).url,
    },
  };
}
