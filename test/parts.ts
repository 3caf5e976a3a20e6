import { givenCertificates } from '../charts/stack/given-certificates.ts';
import { assembleTopology } from '../charts/stack/resolve.ts';
import type { Stack } from '../charts/stack/stack.ts';
import type { TlsSource } from '../src/stack/tls.ts';
import type { Parts } from '../src/system/component.ts';
import { frontDoor } from '../src/system/doors.ts';
import type { StackFacts } from '../src/system/facts.ts';
import { certificateHosts } from '../src/system/secrets.ts';
import { isOnNode, type Topology } from '../src/topology/topology.ts';

// Stacks with more than the components of today bring, as those of tomorrow may: what runs besides, or elsewhere.

/** A stack that has these parts too. */
export function withParts(stack: Stack, ...parts: readonly Parts[]): Stack {
  const topology = assembleTopology(stack, [stack.topology, ...parts]);
  return {
    ...stack,
    topology,
    secrets: [
      ...stack.secrets.filter((one) => certificateHosts(one) === undefined),
      ...givenCertificates(stack, topology),
    ],
  };
}

/**
 * A stack whose call pods are in a namespace of their own, which the field `callNamespace` would decide: with the
 * Services and routes that lead to them, and the Secrets that they read.
 */
export function withCallsIn(namespace: string, stack: Stack): Stack {
  const { workloads, services, routes, tcpRoutes } = stack.topology;
  const moved = new Set(workloads.filter(isOnNode).map(({ id }) => id));
  const leads = ({ selects }: Topology['services'][number]): boolean =>
    workloads.some(
      ({ id, role }) => moved.has(id) && ('id' in selects ? selects.id === id : selects.role === role),
    );
  const away = new Set(services.filter(leads).map(({ name }) => name));
  const topology = assembleTopology(stack, [
    {
      ...stack.topology,
      workloads: workloads.map((one) =>
        moved.has(one.id) ? { ...one, namespace, namespaceAt: ['callNamespace'] } : one,
      ),
      services: services.map((one) => (away.has(one.name) ? { ...one, namespace } : one)),
      routes: routes.map((one) =>
        away.has(one.to.service) ? { ...one, to: { ...one.to, namespace } } : one,
      ),
      tcpRoutes: tcpRoutes.map((one) =>
        away.has(one.to.service) ? { ...one, to: { ...one.to, namespace } } : one,
      ),
    },
  ]);
  const kept = stack.secrets
    .filter((one) => certificateHosts(one) === undefined)
    .map((secret) => {
      const readers = new Set(secret.keys.flatMap((key) => key.readers));
      const places = topology.workloads
        .filter(({ id }) => readers.has(id))
        .map((one) => ({ namespace: one.namespace }));
      const [first, ...others] = places.filter(
        (place, index) => places.findIndex((one) => one.namespace === place.namespace) === index,
      );
      return first === undefined ? secret : { ...secret, places: [first, ...others] as const };
    });
  return { ...stack, topology, secrets: [...kept, ...givenCertificates(stack, topology)] };
}

/** A program on the call nodes that ends TLS itself, under a host without any route. */
export function relay(
  facts: StackFacts,
  { source, isEncrypted = true }: { readonly source?: TlsSource; readonly isEncrypted?: boolean } = {},
): Parts {
  const certificate = {
    group: 'relay',
    readers: ['relay'],
    sourceAt: ['relay', 'tls'],
    ...(source === undefined ? {} : { source }),
  } as const;
  return {
    workloads: [
      {
        kind: 'workload',
        id: 'relay',
        role: 'relay',
        instance: facts.name,
        namespace: facts.namespace,
        title: 'Relay',
        hostNetwork: true,
        ports: [{ name: 'relay', number: 5349, protocol: 'TCP', on: 'node' }],
        at: ['relay'],
      },
    ],
    flows: [{ from: 'clients', to: 'relay', port: 'relay', why: 'relayed calls' }],
    hosts: [
      {
        host: `relay.${facts.serverName}`,
        door: frontDoor(facts),
        at: ['relay', 'host'],
        component: 'relay',
        leadsTo: 'call-nodes',
        ...(isEncrypted ? { certificate } : {}),
      },
    ],
  };
}
