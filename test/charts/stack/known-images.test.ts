import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { farBeyond, unknownRepository } from '../../../charts/stack/known-images.ts';
import { loadVersions } from '../../../charts/stack/load.ts';

describe('images', () => {
  it('of this repository raise no doubt', () => {
    expect(loadVersions('versions.yaml', readFileSync('versions.yaml', 'utf8')).warnings).toEqual([]);
  });

  it('of a mirror are the same programs', () => {
    expect(unknownRepository('element', 'registry.example.org/mirror/vectorim/element-web')).toBeUndefined();
  });

  it('of another program are named with the one that is configured', () => {
    expect(unknownRepository('synapse', 'docker.io/matrixdotorg/dendrite')).toEqual({
      what: 'docker.io/matrixdotorg/dendrite is an image of dendrite, but synapse is configured for synapse',
      remedy: 'make sure that it takes the same configuration, or write the repository of synapse',
    });
  });

  it.each([
    ['synapse', 'v1.999.0'],
    ['synapse', 'v2.0.0'],
    ['element', 'v2.0.1'],
    ['livekit', 'v1.1137.0'],
    ['postgresql', '61.15-standard-trixie'],
    ['jitsi-web', 'stable-111462'],
  ] as const)('%s %s are far beyond what is known', (name, tag) => {
    expect(farBeyond(name, tag)?.what).toContain(`"${tag}" is far newer`);
  });

  it.each([
    ['synapse', 'v1.180.0'],
    ['element', 'v1.20.0'],
    ['postgresql', '18.1-standard-trixie'],
    ['jitsi-web', 'stable-11800'],
    ['synapse', 'v1.163.99'],
    ['synapse', 'latest'],
  ] as const)('%s %s are not', (name, tag) => {
    expect(farBeyond(name, tag)).toBeUndefined();
  });
});
