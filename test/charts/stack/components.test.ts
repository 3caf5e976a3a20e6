import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import {
  COMPONENT_NAMES,
  components,
  LAN_NAMES,
  type LanName,
  type Settings,
} from '../../../charts/index.ts';
import type { Livekit } from '../../../charts/livekit/declare.ts';
import { stackSchema } from '../../../charts/stack/schema.ts';
import type { Synapse } from '../../../charts/synapse/declare.ts';
import { keysAt, schemaAt, unwrap } from '../../../src/stack/reading/schema-walk.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import { component } from '../../../src/system/component.ts';
import { CALLS, CLIENTS } from '../../../src/system/topics.ts';
import type { HostClaim } from '../../../src/topology/topology.ts';
import { relay, withParts } from '../../parts.ts';
import { allProfiles, stackFrom } from '../../stacks.ts';

/** Stands for a key that people choose, in a map such as `bridges: {whatsapp: …}`. */
const ANY = '*';

/** Every place below a group where a key may stand, in a schema. */
function placesOf(key: string, group: Path, schema: z.ZodType = stackSchema): readonly string[] {
  const inMap = unwrap(schemaAt(schema, group)) instanceof z.ZodRecord ? [ANY] : [];
  return [...keysAt(schema, group), ...inMap].flatMap((name) => [
    ...(name === key ? [dotted([...group, name])] : []),
    ...placesOf(key, [...group, name], schema),
  ]);
}

/** The same places as {@link placesOf} finds them, of paths with keys that people have chosen. */
function asPlaces(paths: readonly Path[], schema: z.ZodType = stackSchema): readonly string[] {
  const place = (path: Path): string =>
    dotted(
      path.map((step, index) =>
        unwrap(schemaAt(schema, path.slice(0, index))) instanceof z.ZodRecord ? ANY : step,
      ),
    );
  return [...new Set(paths.map(place))];
}

/**
 * Keys of the components that have a host of their own which entrances serve: it can have a name on the local network,
 * unless it is there only.
 */
function servedByName(hosts: readonly HostClaim[]): readonly string[] {
  const own = hosts.filter(
    (claim) =>
      claim.leadsTo === 'entrance' &&
      claim.guarded === undefined &&
      claim.at[0] === claim.component &&
      claim.at[1] === 'host',
  );
  return [...new Set(own.map(({ component: key }) => key))];
}

describe.each(COMPONENT_NAMES)('the component %s', (name) => {
  const component = components[name];

  it('declares its raw additions where its schema takes a reason for them, and nowhere else', () => {
    const reasons = component.additions.map(({ at }) => dotted([name, ...at.slice(0, -1), 'force']));
    expect(reasons).toEqual(placesOf('force', [name]));
    for (const { at } of component.additions) {
      expect(schemaAt(stackSchema, [name, ...at])).toBeDefined();
    }
  });

  it('declares every container whose resources its schema takes', () => {
    const declared = allProfiles().flatMap(({ containers }) => containers);
    const places = asPlaces(declared.filter(({ at }) => at[0] === name).map(({ at }) => at));
    expect(places).toEqual(placesOf('resources', [name]));
  });

  it('has its key as its name', () => {
    expect(component.key).toBe(name);
  });

  it('runs from an image', () => {
    expect(Object.keys(component.images)).not.toEqual([]);
  });
});

describe('a component', () => {
  it('says what its name on the local network is for, exactly when entrances serve its host', () => {
    const named = servedByName(allProfiles().flatMap(({ topology }) => topology.hosts));
    expect([...LAN_NAMES].sort()).toEqual([...named].sort());
    for (const name of named) expect(keysAt(stackSchema, [name])).toContain('host');
    expectTypeOf<LanName>().toEqualTypeOf<'synapse' | 'element' | 'livekit' | 'jitsi' | 'elementCall'>();
  });

  it('declares releases of each of its images', () => {
    expectTypeOf<keyof typeof components.livekit.images>().toEqualTypeOf<'livekit' | 'lk-jwt-service'>();
  });

  it('comes to settings whose types are inferred', () => {
    expectTypeOf<Settings['livekit']>().toEqualTypeOf<Livekit | undefined>();
    expectTypeOf<Settings['synapse']>().toEqualTypeOf<Synapse>();
  });

  it('is asked for nothing where the stack does not have it', () => {
    const asked: string[] = [];
    const one = component({
      key: 'one',
      schema: z.boolean(),
      lanName: undefined,
      images: {},
      additions: [],
      sizes: [],
      resolve: (written) => (written ? 'here' : undefined),
      offers: () => {
        asked.push('offers');
        return [];
      },
      parts: () => {
        asked.push('parts');
        return { workloads: [] };
      },
      secrets: () => {
        asked.push('secrets');
        return [];
      },
    });
    const facts = stackFrom(MINIMAL);
    const { topology } = facts;
    expect(one.start(false, facts)).toMatchObject({ own: undefined, offers: [] });
    expect(one.start(false, facts).parts({ facts, offers: [] })).toEqual({});
    expect(one.start(false, facts).secrets({ facts, offers: [], topology })).toEqual([]);
    expect(asked).toEqual([]);
    const there = one.start(true, facts);
    expect(there.parts({ facts, offers: [] })).toEqual({ workloads: [] });
    expect(there.secrets({ facts, offers: [], topology })).toEqual([]);
    expect(asked).toEqual(['offers', 'parts', 'secrets']);
  });

  it('learns of the others by topics', () => {
    const { offers } = stackFrom(`${MINIMAL}element: {}\nlivekit: {}\njitsi: {access: anyone}\n`);
    expect(CALLS.of(offers)).toEqual([
      { by: 'livekit', serviceUrl: 'https://rtc.example.org' },
      { by: 'jitsi', host: 'meet.example.org' },
    ]);
    expect(CLIENTS.of(offers)).toEqual([{ hosts: ['element.example.org'] }]);
    expect(CALLS.of(stackFrom(MINIMAL).offers)).toEqual([]);
  });
});

const MINIMAL = 'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\n';

describe('these tests', () => {
  it('ask for no name on the local network where a host leads to the call nodes', () => {
    const stack = stackFrom(MINIMAL);
    const { hosts } = withParts(stack, relay(stack)).topology;
    expect(hosts.map(({ component: key }) => key)).toContain('relay');
    expect(servedByName(hosts)).toEqual(['synapse']);
  });

  it('find settings below keys that people choose', () => {
    const schema = z.strictObject({
      bridges: z
        .record(
          z.string(),
          z.strictObject({
            resources: z.string(),
            worker: z.strictObject({ resources: z.string() }).optional(),
          }),
        )
        .optional(),
    });
    const places = ['bridges.*.resources', 'bridges.*.worker.resources'];
    expect(placesOf('resources', ['bridges'], schema)).toEqual(places);
    const declared = ['one', 'two'].flatMap((name) => [
      ['bridges', name, 'resources'],
      ['bridges', name, 'worker', 'resources'],
    ]);
    expect(asPlaces(declared, schema)).toEqual(places);
  });
});
