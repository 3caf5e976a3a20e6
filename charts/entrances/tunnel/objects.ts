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
import { allTunnels, type Tunnels, tunnelFor } from './tunnels.ts';

/**
 * One TunnelBinding for each tunnel: the operator orders rules by binding, then by subject, so path rules only come before
 * a host's catch-all within one binding. The topology has them in that order. All hosts of one zone are in one binding.
 *
 * @see https://github.com/adyanth/cloudflare-operator (docs/configuration/tunnel-binding.md)
 */
export function tunnel(app: App, stack: Stack, { public: own }: OpenDoors<Tunnels>): void {
  if (own === undefined) return;
  const file = new ChartFile(app, 'networking/tunnel.yaml');
  const through = stack.expose.public?.through;
  const routes = stack.topology.routes.filter(({ door }) => door === 'public');
  const { name: main, namespace } = stack;
  for (const [index, { kind, name: tunnelName }] of allTunnels(own).entries()) {
    const here = routes.filter(({ host }) => tunnelFor(own, host).name === tunnelName);
    if (here.length === 0) continue;
    const name = index === 0 ? main : `${main}-${tunnelName}`;
    const owner: Owner = { id: main, role: 'entrance', instance: main, namespace };
    new TunnelBinding(file, index === 0 ? 'tunnel-binding' : `tunnel-binding-${tunnelName}`, {
      metadata: objectMeta(owner, name),
      subjects:
        through === undefined ? here.map((route) => subject(stack, route)) : hosts(here, through.address),
      tunnelRef: {
        kind:
          kind === 'Tunnel' ? TunnelBindingTunnelRefKind.TUNNEL : TunnelBindingTunnelRefKind.CLUSTER_TUNNEL,
        name: tunnelName,
      },
    });
  }
}

/** Each host once, all of it to another entrance. The operator asks for the name of a Service, and does not use it. */
function hosts(routes: readonly Route[], address: string): TunnelBindingSubjects[] {
  const first = new Map(routes.toReversed().map((route) => [route.host, route]));
  return [...new Set(routes.map(({ host }) => host))].flatMap((host) => {
    const route = first.get(host);
    return route === undefined ? [] : [{ name: route.to.service, spec: { fqdn: host, target: address } }];
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
