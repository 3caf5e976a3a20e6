import { whereRead } from '../charts/stack/call-namespace.ts';
import { givenCertificates } from '../charts/stack/given-certificates.ts';
import { assembleTopology } from '../charts/stack/resolve.ts';
import type { Stack } from '../charts/stack/stack.ts';
import type { TlsSource } from '../src/stack/tls.ts';
import type { Parts } from '../src/system/component.ts';
import { frontDoor } from '../src/system/doors.ts';
import type { StackFacts } from '../src/system/facts.ts';
import { certificateHosts } from '../src/system/secrets.ts';

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
 * A stack whose call pods are in a namespace of their own, as `callNamespace` decides it: with the
 * Services and routes that lead to them, and the Secrets that they read.
 */
export function withCallsIn(namespace: string, stack: Stack): Stack {
  const topology = assembleTopology({ ...stack, callNamespace: namespace }, [stack.topology]);
  const kept = stack.secrets.filter((one) => certificateHosts(one) === undefined);
  return {
    ...stack,
    topology,
    secrets: [...whereRead(topology, kept), ...givenCertificates(stack, topology)],
  };
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
