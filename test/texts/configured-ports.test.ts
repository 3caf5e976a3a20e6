import { describe, expect, it } from 'vitest';
import { configuredPorts } from '../../src/texts/configured-ports.ts';
import { workloadOf } from '../../src/topology/topology.ts';
import { objectsOf, publicStack } from '../stacks.ts';

const stack = publicStack();
const configured = configuredPorts(objectsOf(stack).map(({ manifest }) => manifest));
const synapse = workloadOf(stack.topology, 'synapse');

describe('the ports that a finished configuration opens', () => {
  it('are those of the program that the component says', () => {
    expect(configured(synapse)?.map(({ number }) => number)).toEqual([8008, 9000, 8080]);
    expect(configured(workloadOf(stack.topology, 'jitsi-jvb'))?.map(({ number }) => number)).toEqual([10000]);
    expect(configured(workloadOf(stack.topology, 'livekit'))?.map(({ number }) => number)).toContain(7882);
  });

  it('are not those of another program that reads the same file, such as a worker', () => {
    expect(configured({ ...synapse, role: 'synapse-worker' })).toBeUndefined();
  });
});
