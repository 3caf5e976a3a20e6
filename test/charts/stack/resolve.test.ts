import { describe, expect, it } from 'vitest';
import { elementCalls } from '../../../charts/element/calls.ts';
import { COMPONENT_NAMES } from '../../../charts/index.ts';
import { defaultName } from '../../../charts/stack/resolve.ts';
import { CALLS } from '../../../src/system/topics.ts';
import {
  addressOf,
  claimOf,
  isDirect,
  listeners,
  portOf,
  reach,
  routeEnd,
  selected,
  workloadOf,
} from '../../../src/topology/topology.ts';
import { allProfiles, stackFrom } from '../../stacks.ts';

const MINIMAL = 'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\n';
const PUBLIC =
  'schema: 1\nserverName: example.org\nexpose: {public: {via: traefik, tls: {issuer: {name: le}}}}\n';

describe('a stack file of three lines', () => {
  const stack = stackFrom(MINIMAL, 'stacks/chat.yaml');

  it('is named after its file, and its namespace after the name', () => {
    expect([stack.name, stack.namespace]).toEqual(['chat', 'chat']);
    expect(defaultName('stacks/a.b.yml')).toBe('a.b');
  });

  it('has the defaults of the reference page', () => {
    expect(stack).toMatchObject({
      size: 'small',
      wellKnown: { at: 'here' },
      federation: 'open',
      cluster: { domain: 'cluster.local', traefik: { entryPoints: { https: 'websecure' } } },
      flux: {
        namespace: 'flux-system',
        source: { kind: 'GitRepository', name: 'flux-system' },
        path: './dist',
      },
      database: { instances: 1, volume: '20Gi' },
      synapse: { host: 'matrix.example.org', uploadLimit: '50M', media: { size: '20Gi' } },
      callNodes: { address: { by: 'node' }, drainSeconds: 300, nodeSelector: {}, tolerations: [] },
    });
    expect(stack.cluster).not.toHaveProperty('storageClass');
  });

  it('has a homeserver and a database, and nothing else', () => {
    expect([stack.element, stack.livekit, stack.jitsi]).toEqual([undefined, undefined, undefined]);
  });
});

describe('derived facts', () => {
  it('are hosts below the server name', () => {
    const stack = stackFrom(`${MINIMAL}element: {}\nlivekit: {}\njitsi: {access: anyone}\n`);
    const { synapse, element, livekit, jitsi } = stack;
    expect([synapse, element, livekit, jitsi].map((one) => one?.host)).toEqual([
      'matrix.example.org',
      'element.example.org',
      'rtc.example.org',
      'meet.example.org',
    ]);
    expect(synapse.baseUrl).toBe('https://matrix.example.org');
    expect(livekit?.serviceUrl).toBe('https://rtc.example.org');
  });

  it.each([
    ['livekit: {}', 'livekit'],
    ['jitsi: {access: anyone}', 'jitsi'],
    ['livekit: {}\njitsi: {access: anyone}', 'both'],
    ['livekit: {enabled: false}', 'none'],
  ])("let Element's calls follow from %j", (more, calls) => {
    const { element, offers } = stackFrom(`${MINIMAL}element: {}\n${more}\n`);
    expect(element === undefined ? undefined : elementCalls(element, CALLS.of(offers))).toBe(calls);
  });

  it('set a single amount over those of the size', () => {
    const { synapse } = stackFrom(`${MINIMAL}size: medium\nsynapse: {resources: {limits: {memory: 8Gi}}}\n`);
    expect(synapse.resources).toEqual({
      requests: { cpu: '1', memory: '2Gi' },
      limits: { memory: '8Gi' },
    });
    // Half of what it may use.
    expect(synapse.caches.max).toBe('4096M');
  });

  it('grow with the size', () => {
    const at = (size: string) => stackFrom(`${MINIMAL}size: ${size}\n`);
    const memory = ['small', 'medium', 'large'].map((size) => at(size).synapse.resources.limits.memory);
    expect(memory).toEqual(['3Gi', '6Gi', '12Gi']);
  });

  it('let a storage class of its own win over that of the cluster', () => {
    const cluster = 'cluster: {storageClass: fast}\n';
    expect(stackFrom(MINIMAL + cluster).synapse.media.storageClass).toBe('fast');
    const own = `${MINIMAL}${cluster}synapse: {media: {pvc: {storageClass: big}}}\n`;
    expect(stackFrom(own).synapse.media.storageClass).toBe('big');
  });

  it('hold what clients are told about call nodes', () => {
    const calls = (nodes: string) => stackFrom(`${PUBLIC}livekit: {}\ncallNodes: ${nodes}\n`).callNodes;
    expect(calls('{addresses: {public: 203.0.113.7}}').address).toEqual({ by: 'public', ip: '203.0.113.7' });
    expect(calls('{addresses: {discover: stun}, drain: 2h}')).toMatchObject({
      address: { by: 'stun' },
      drainSeconds: 7200,
    });
  });

  it('name the TLS Secrets that somebody else keeps, with the hosts they are for', () => {
    const tls = stackFrom(`${PUBLIC.replace('{issuer: {name: le}}', '{secret: wildcard}')}element: {}\n`);
    expect(tls.secrets.find(({ name }) => name === 'wildcard')?.type).toEqual({
      kind: 'tls',
      hosts: ['element.example.org', 'example.org', 'matrix.example.org'],
    });
  });
});

/** Every object and list inside a value, itself included. */
function nested(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(nested)];
}

describe.each(allProfiles().map((stack) => ({ file: stack.file, stack })))(
  'the stack of $file',
  ({ stack }) => {
    const { topology } = stack;

    it('is frozen through and through', () => {
      expect(nested(stack).filter((inner) => !Object.isFrozen(inner))).toEqual([]);
      expect(() => Object.assign(stack.synapse, { host: 'other.example.org' })).toThrow(TypeError);
    });

    it('has everybody once, and every name it gives only once', () => {
      const everybody = [...topology.workloads, ...topology.peers];
      expect(new Set(everybody.map(({ id }) => id)).size).toBe(everybody.length);
      const services = topology.services.map(({ name, namespace }) => `${namespace}/${name}`);
      expect(new Set(services).size).toBe(services.length);
      for (const { ports } of everybody) {
        expect(new Set(ports.map(({ name }) => name)).size).toBe(ports.length);
        for (const { name } of ports) expect(name).toMatch(/^[a-z][a-z0-9-]{0,14}$/);
      }
    });

    it('lets flows run only between those who are there, to ports that they have', () => {
      for (const { from, to, port, why } of topology.flows) {
        expect(listeners(topology, from)).toHaveLength(1);
        for (const end of listeners(topology, to)) expect(() => portOf(end, port)).not.toThrow();
        expect(why).not.toBe('');
      }
    });

    it('lets only call traffic go directly to a node', () => {
      for (const { to, port } of topology.flows.filter((flow) => isDirect(topology, flow))) {
        for (const end of listeners(topology, to)) expect(portOf(end, port).on).toBe('node');
      }
    });

    it('leads every Service to ports that all behind it have', () => {
      for (const service of topology.services) {
        for (const one of selected(topology, service)) {
          for (const { to } of service.ports) expect(() => portOf(one, to)).not.toThrow();
        }
      }
    });

    it('routes every host to a Service port, through a door that the stack has', () => {
      expect(topology.routes.length).toBeGreaterThan(0);
      for (const route of topology.routes) {
        expect(() => routeEnd(topology, route)).not.toThrow();
        expect(() => claimOf(topology, route)).not.toThrow();
        expect(stack.expose[route.door]).toBeDefined();
      }
    });

    it('reaches each host through one door, the special paths first', () => {
      const rank = { exact: 0, regex: 1, prefix: 2, all: 3 };
      for (const host of new Set(topology.routes.map((route) => route.host))) {
        const routes = topology.routes.filter((route) => route.host === host);
        expect(new Set(routes.map(({ door }) => door)).size).toBe(1);
        const ranks = routes.map(({ match }) => rank[match.kind]);
        expect(ranks).toEqual([...ranks].sort());
      }
    });

    it('has Secrets once, each read by somebody who is there', () => {
      const names = stack.secrets.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { readers } of stack.secrets.flatMap(({ keys }) => keys)) {
        for (const reader of readers) expect(listeners(topology, reader)).toHaveLength(1);
      }
    });

    it('gives fully qualified Service names in the domain of the cluster', () => {
      const to = { service: 'synapse', namespace: stack.namespace, port: 8008 };
      expect(addressOf(topology, to).url).toBe(
        `http://synapse.${stack.namespace}.svc.${stack.cluster.domain}:8008`,
      );
    });
  },
);

describe('the topology', () => {
  it('has nothing of a component that is switched off', () => {
    const off =
      'element: {enabled: false}\nlivekit: {enabled: false}\njitsi: {enabled: false, access: anyone}\n';
    const without = stackFrom(MINIMAL, 'stacks/chat.yaml').topology;
    expect(stackFrom(MINIMAL + off, 'stacks/chat.yaml').topology).toEqual(without);
  });

  it('asks every component', () => {
    const workloads = allProfiles().flatMap(({ topology }) => topology.workloads);
    const asked = new Set(workloads.map(({ at }) => at[0]));
    for (const name of COMPONENT_NAMES) expect(asked).toContain(name);
  });

  it('says by name what it does not have', () => {
    const { topology } = stackFrom(MINIMAL);
    expect(() => workloadOf(topology, 'bridge')).toThrow('"bridge"');
    expect(() => portOf(workloadOf(topology, 'synapse'), 'smtp')).toThrow('"smtp"');
    expect(() => listeners(topology, { role: 'bridge' })).toThrow('"bridge"');
    expect(() => claimOf(topology, { host: 'www.example.org', door: 'lan' })).toThrow('"www.example.org"');
  });

  it('gives an address only to who declares a flow, and only where a Service leads', () => {
    const { topology } = stackFrom(MINIMAL);
    const flow = { from: 'synapse', to: 'matrix-db', port: 'postgres' };
    expect(reach(topology, flow)).toMatchObject({ host: 'matrix-db-rw.test.svc.cluster.local', port: 5432 });
    expect(() => reach(topology, { ...flow, from: 'well-known' })).toThrow('"well-known" has no flow');
    const status = { from: 'cnpg-operator', to: 'matrix-db', port: 'status' };
    expect(() => reach(topology, status)).toThrow('no Service leads to "matrix-db", port "status"');
  });

  it('sends call traffic to what the stack has, and to nothing without it', () => {
    const direct = (more: string) => {
      const { topology } = stackFrom(MINIMAL + more);
      return topology.flows.filter((flow) => isDirect(topology, flow)).map(({ to }) => to);
    };
    expect(direct('')).toEqual([]);
    expect(new Set(direct('livekit: {}\n'))).toEqual(new Set(['livekit']));
    expect(direct('jitsi: {access: anyone}\n')).toEqual(['jitsi-jvb']);
  });
});
