import { dump } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { Stack } from '../../../charts/stack/stack.ts';
import { SCHEMAS } from '../../../src/stack/schemas.ts';
import { stackFrom } from '../../stacks.ts';

/** Everything that a stack can have, with nothing said of any of it. */
const bare = (schema: number, size: string): Stack =>
  stackFrom(`schema: ${schema}
serverName: example.org
size: ${size}
expose:
  public: {via: tunnel, tunnel: {name: main, zone: example.org}}
  lan: {tls: {issuer: {name: home-ca}}}
element: {}
livekit: {}
jitsi: {access: anyone}
callNodes: {addresses: {discover: stun}}
`);

/** The defaults of a stack: what it is, without what follows from that. */
function defaultsOf(stack: Stack): unknown {
  const { topology: _topology, containers: _containers, volumes: _volumes, ...some } = stack;
  const { offers: _offers, secrets: _secrets, made: _made, notes: _notes, ...rest } = some;
  const { images: _images, secretFiles: _files, included: _included, ...settings } = rest;
  return JSON.parse(JSON.stringify(settings));
}

// A default of a released schema never changes: a release that wants another one opens the next schema.
describe.each(SCHEMAS)('schema %s', (schema) => {
  it.each(['small', 'medium', 'large'])('fixes every default of a %s stack', async (size) => {
    await expect(dump(defaultsOf(bare(schema, size)), { lineWidth: -1, noRefs: true })).toMatchFileSnapshot(
      `../../fixtures/defaults/schema-${schema}-${size}.yaml`,
    );
  });
});
