import { describe, expect, it } from 'vitest';
import type { Stack } from '../../charts/stack/stack.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { type Flow, listeners, reach, selected } from '../../src/topology/topology.ts';
import { allProfiles, renderedOf } from '../stacks.ts';

/** The name of a Service in full, and the port behind it where there is one. */
const ADDRESS = /\b([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.[a-z0-9.-]+?(?::([0-9]+))?(?=[^a-z0-9.:-]|$)/g;

/** What a Deployment's pods are given: its own text, and that of the ConfigMaps it names. */
function givenTo(deployment: Manifest, all: readonly Manifest[]): string {
  const own = JSON.stringify(deployment);
  const maps = all.filter(({ kind, metadata }) => kind === 'ConfigMap' && own.includes(`"${metadata.name}"`));
  return [own, ...maps.map((map) => JSON.stringify(map))].join('\n');
}

/** Every address in the cluster that a workload of the stack is told. */
function addresses(stack: Stack): readonly { from: string; service: string; port: string | undefined }[] {
  const all = renderedOf(stack).objects.flatMap(({ manifests }) => manifests);
  return all
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap((deployment) =>
      [...givenTo(deployment, all).matchAll(ADDRESS)].map(([, service = '', , number]) => ({
        from: deployment.metadata.name,
        service,
        port: number,
      })),
    );
}

/** Whether a Service of that name leads to the listening end of a flow. */
function leadsTo({ topology }: Stack, to: Flow['to'], service: string): boolean {
  const ends = new Set(listeners(topology, to).map(({ id }) => id));
  return topology.services.some(
    (one) => one.name === service && selected(topology, one).some(({ id }) => ends.has(id)),
  );
}

describe('addresses in rendered configurations', () => {
  it('are those of flows that the topology has', () => {
    const told = allProfiles().flatMap((stack) => addresses(stack).map((address) => ({ stack, ...address })));
    // Synapse to its database, the JWT service to Synapse, LiveKit to the JWT service, three of Jitsi's to Prosody.
    expect(new Set(told.map(({ from, service }) => `${from} ${service}`)).size).toBeGreaterThanOrEqual(6);
    for (const { stack, from, service, port: number } of told) {
      const flows = stack.topology.flows.filter((flow) => {
        if (flow.from !== from || !leadsTo(stack, flow.to, service)) return false;
        return number === undefined || reach(stack.topology, flow).port === Number(number);
      });
      expect(flows, `${stack.name}: ${from} is told of ${service}:${number}`).not.toEqual([]);
    }
  });
});
