import { App, Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import type { Stack } from '../../charts/stack/stack.ts';
import { ChartFile } from '../../src/kubernetes/chart-file.ts';
import { httpProbe } from '../../src/kubernetes/probes.ts';
import { service } from '../../src/kubernetes/service.ts';
import { workload } from '../../src/kubernetes/workload.ts';
import { summaryText } from '../../src/texts/summary.ts';
import type { Topology, Workload } from '../../src/topology/topology.ts';
import { withCallsIn } from '../parts.ts';
import { chartedOf, dig, digList, publicStack, stackFrom } from '../stacks.ts';

/** A stack whose topology says more than its components do, as those of tomorrow may. */
function withMore(stack: Stack, more: (topology: Topology) => Partial<Topology>): Stack {
  return { ...stack, topology: { ...stack.topology, ...more(stack.topology) } };
}

/** Rendered objects of a kind, with their files. */
function ofKind(stack: Stack, kind: string): readonly { path: string; object: Record<string, unknown> }[] {
  return chartedOf(stack).flatMap(({ path, manifests }) =>
    manifests.filter((one) => one.kind === kind).map((object) => ({ path, object: { ...object } })),
  );
}

const WORKER: Workload = {
  kind: 'workload',
  id: 'worker-1',
  role: 'worker',
  instance: 'test',
  namespace: 'test',
  title: 'Worker 1',
  hostNetwork: false,
  ports: [
    { name: 'http', number: 8083, protocol: 'TCP', on: 'pod' },
    { name: 'metrics', number: 9000, protocol: 'TCP', on: 'pod', purpose: 'metrics' },
  ],
  at: ['synapse'],
};

function rendered(draw: (file: ChartFile) => void): unknown {
  const file = new ChartFile(new App(), 'components/x.yaml');
  draw(file);
  return Testing.synth(file)[0];
}

const PROBES = {
  liveness: httpProbe('http', '/', { every: 10, failures: 3 }),
  readiness: httpProbe('http', '/', { every: 10, failures: 3 }),
};
const CONTAINER = {
  image: 'example.org/x:1',
  user: 1000,
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '16Mi' } },
  mounts: [],
  ...PROBES,
};

describe('ports', () => {
  it('are the node’s only where the topology says so, whatever Services lead to', () => {
    const owner: Workload = {
      ...WORKER,
      ports: [{ name: 'media', number: 10000, protocol: 'UDP', on: 'node' }, ...WORKER.ports],
    };
    const object = rendered((file) => workload(file, { owner, ...CONTAINER }));
    expect(dig(object, 'spec', 'template', 'spec', 'containers', 0, 'ports')).toEqual([
      { name: 'http', containerPort: 8083, protocol: 'TCP' },
      { name: 'metrics', containerPort: 9000, protocol: 'TCP' },
      { name: 'media', containerPort: 10000, hostPort: 10000, protocol: 'UDP' },
    ]);
    expect(dig(object, 'spec', 'template', 'spec', 'hostNetwork')).toBeUndefined();
  });
});

describe('a capability', () => {
  it('is added only where a program asks for it', () => {
    const capabilities = (more: { capability?: 'NET_BIND_SERVICE' }): unknown => {
      const object = rendered((file) => workload(file, { owner: WORKER, ...CONTAINER, ...more }));
      return dig(object, 'spec', 'template', 'spec', 'containers', 0, 'securityContext', 'capabilities');
    };
    expect(capabilities({})).toEqual({ drop: ['ALL'] });
    expect(capabilities({ capability: 'NET_BIND_SERVICE' })).toEqual({
      drop: ['ALL'],
      add: ['NET_BIND_SERVICE'],
    });
  });
});

describe('a Service', () => {
  const topology: Topology = {
    ...stackFrom('schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: own}}}\n').topology,
    workloads: [WORKER, { ...WORKER, id: 'worker-2' }],
  };
  const point = { name: 'workers', namespace: 'test', ports: [{ number: 80, to: 'http' }] };

  const of = (selects: { id: string } | { role: string }): unknown =>
    rendered((file) => service(file, topology, { ...point, selects }));

  it('leads to all of a role, or to one workload', () => {
    const selector = (selects: { id: string } | { role: string }): unknown =>
      dig(of(selects), 'spec', 'selector');
    expect(selector({ role: 'worker' })).toEqual({
      'app.kubernetes.io/component': 'worker',
      'app.kubernetes.io/instance': 'test',
    });
    expect(selector({ id: 'worker-2' })).toEqual({
      'app.kubernetes.io/name': 'worker-2',
      'app.kubernetes.io/instance': 'test',
    });
  });

  it('is labelled after what it leads to: the role, whichever workloads have it, or the one workload', () => {
    const name = (selects: { id: string } | { role: string }): unknown =>
      dig(of(selects), 'metadata', 'labels', 'app.kubernetes.io/name');
    expect(name({ role: 'worker' })).toBe('worker');
    expect(name({ id: 'worker-2' })).toBe('worker-2');
  });

  it('leads to workloads of its own namespace only', () => {
    const elsewhere = { ...point, namespace: 'calls', selects: { role: 'worker' } };
    expect(() => rendered((file) => service(file, topology, elsewhere))).toThrow(
      'the namespace calls has no workload',
    );
  });
});

/** Two kinds of workers in front of Synapse: the second regular expression is a part of the first. */
function withWorkers(stack: Stack): Stack {
  const to = (service: string) => ({ service, namespace: stack.namespace, port: 80 });
  const common = { door: 'public', host: stack.synapse.host, group: 'synapse' } as const;
  return withMore(stack, ({ workloads, services, routes }) => ({
    workloads: [...workloads, { ...WORKER, namespace: stack.namespace }],
    services: [
      ...services,
      {
        name: 'worker',
        namespace: stack.namespace,
        selects: { role: 'worker' },
        ports: [{ number: 80, to: 'http' }],
      },
    ],
    routes: [
      {
        ...common,
        match: { kind: 'regex', paths: ['^/_matrix/client/.*/sync$'] },
        to: to('worker'),
        rank: 2,
      },
      { ...common, match: { kind: 'regex', paths: ['^/_matrix/client/', '^/a'] }, to: to('worker') },
      ...routes,
    ],
  }));
}

/** The rules of an IngressRoute. */
function rulesOf(stack: Stack, name: string): readonly unknown[] {
  const [found] = ofKind(stack, 'IngressRoute').filter(
    ({ object }) => dig(object, 'metadata', 'name') === name,
  );
  return digList(found?.object, 'spec', 'routes');
}

describe('regular expressions', () => {
  it('go to Traefik in an order of their own', () => {
    expect(rulesOf(withWorkers(publicStack()), 'synapse-public')).toMatchObject([
      {
        match: 'Host(`matrix.example.org`) && PathRegexp(`^/_matrix/client/.*/sync$`)',
        priority: 100_010,
        services: [{ name: 'worker', port: 80 }],
      },
      {
        match: 'Host(`matrix.example.org`) && (PathRegexp(`^/_matrix/client/`) || PathRegexp(`^/a`))',
        priority: 100_002,
      },
      {
        match: 'Host(`matrix.example.org`) && (PathPrefix(`/_matrix/`) || PathPrefix(`/_synapse/client/`))',
        priority: 100_001,
      },
    ]);
  });

  it('change no number of the routes that were there before, in any file', () => {
    const stack = publicStack();
    const more = withWorkers(stack);
    expect(rulesOf(more, 'synapse-public')).toEqual(
      expect.arrayContaining([...rulesOf(stack, 'synapse-public')]),
    );
    const beside = 'well-known-on-synapse-public';
    expect(rulesOf(more, beside)).toEqual(rulesOf(stack, beside));
    expect(rulesOf(stack, beside)).not.toEqual([]);
  });

  it('of which nothing says which comes first do not become objects', () => {
    const stack = withMore(withWorkers(publicStack()), ({ routes }) => ({
      routes: routes.map(({ rank: _, ...route }, index) =>
        index === 0 ? { ...route, to: { ...route.to, service: 'synapse' } } : route,
      ),
    }));
    expect(() => chartedOf(stack)).toThrow(
      'two routes of matrix.example.org may take the same request, to synapse and worker: give each a rank',
    );
  });
});

describe('a route for everything', () => {
  it('comes after rules for challenges of the same host, and before those for every host', () => {
    expect(rulesOf(publicStack(), 'element-public')).toMatchObject([{ priority: 70 }]);
    const shortest = `Host("a.io") && Path("/.well-known/acme-challenge/${'x'.repeat(22)}")`;
    expect(shortest.length).toBeGreaterThan(70);
  });
});

describe('the tunnel', () => {
  it('has regular expressions in the order of the topology, with alternatives kept apart', () => {
    const stack = withWorkers(
      stackFrom(
        'schema: 1\nserverName: example.org\nexpose: {public: {via: tunnel, tunnel: {name: main, zone: example.org}}}\n',
      ),
    );
    const [binding] = ofKind(stack, 'TunnelBinding');
    expect(digList(binding?.object, 'subjects').slice(0, 2)).toMatchObject([
      { name: 'worker', spec: { path: '^/_matrix/client/.*/sync$' } },
      { name: 'worker', spec: { path: '(^/_matrix/client/)|(^/a)' } },
    ]);
  });
});

describe('a host without a route', () => {
  const stack = withMore(publicStack(), ({ hosts }) => ({
    hosts: [
      ...hosts,
      {
        host: 'turn.example.org',
        door: 'public',
        at: ['livekit', 'host'],
        component: 'livekit',
        leadsTo: 'call-nodes',
        certificate: { group: 'turn', readers: ['livekit'], sourceAt: ['livekit', 'tls'] },
      },
    ],
  }));

  it('has a certificate', () => {
    const [found] = ofKind(stack, 'Certificate').filter(
      ({ path }) => path === 'networking/turn-certificate.yaml',
    );
    expect(dig(found?.object, 'spec', 'dnsNames')).toEqual(['turn.example.org']);
  });

  it('is in the DNS table, and leads to the call nodes', () => {
    const text = summaryText(
      stack,
      chartedOf(stack).flatMap(({ manifests }) => manifests),
      [],
    );
    expect(text).toContain('| `turn.example.org` | A | the call nodes: 198.51.100.7 | you create it |');
  });
});

describe('a port of a node that is not for clients', () => {
  const summaryOf = (more: Partial<Workload>, port: Partial<Workload['ports'][number]>): string => {
    const owner: Workload = {
      ...WORKER,
      title: 'Relay',
      ports: [{ name: 'metrics', number: 9641, protocol: 'TCP', on: 'node', purpose: 'metrics', ...port }],
      ...more,
    };
    const stack = withMore(publicStack(), ({ workloads, services }) => ({
      workloads: [...workloads, owner],
      services: [
        ...services,
        {
          name: 'relay',
          namespace: 'test',
          selects: { id: owner.id },
          ports: [{ number: 9641, to: 'metrics' }],
        },
      ],
    }));
    const manifests = chartedOf(stack).flatMap((file) => file.manifests);
    return summaryText(stack, manifests, []);
  };
  const row = (what: string): string => `| 9641/tcp | the cluster only | every node | Relay: ${what} |`;
  const warning = (what: string): string => `- Relay answers ${what} on 9641/tcp of its node, unencrypted`;

  it.each([
    ['a port of the node', {}, {}, 'metrics'],
    ['a pod on the node’s network', { hostNetwork: true }, { on: 'pod' as const }, 'metrics'],
    ['for health checks', {}, { purpose: 'health' as const }, 'health checks'],
  ])('is in the firewall table once, and said before it goes live: %s', (_name, more, port, what) => {
    const text = summaryOf(more, port);
    expect(text.split('\n').filter((line) => line.includes('9641/tcp |'))).toEqual([row(what)]);
    expect(text).toContain(warning(what));
  });

  it('is none where it is the pod’s own', () => {
    expect(summaryOf({}, { on: 'pod' })).not.toContain('9641');
  });
});

describe('a port of a node behind a Service', () => {
  it('is for those who connect to it, where no entrance leads there', () => {
    const stack = withMore(publicStack(), ({ workloads, services, flows }) => ({
      workloads: [
        ...workloads,
        { ...WORKER, hostNetwork: true, ports: [{ name: 'api', number: 9641, protocol: 'TCP', on: 'node' }] },
      ],
      services: [
        ...services,
        {
          name: 'worker',
          namespace: 'test',
          selects: { id: 'worker-1' },
          ports: [{ number: 80, to: 'api' }],
        },
      ],
      flows: [...flows, { from: 'synapse', to: 'worker-1', port: 'api', why: 'asks who is there' }],
    }));
    const text = summaryText(stack, [], []);
    expect(text).toContain('| 9641/tcp | the cluster only | every node | Worker 1: asks who is there |');
    expect(text).toContain(
      '| 7880/tcp | the cluster only | every node | LiveKit SFU: signalling through the entrance |',
    );
  });
});

describe('a second namespace', () => {
  it('is rendered at the level that its own pods need', () => {
    const stack = withCallsIn('calls', publicStack());
    const level = 'pod-security.kubernetes.io/enforce';
    const levels = ofKind(stack, 'Namespace').map(({ object }) => [
      dig(object, 'metadata', 'name'),
      dig(object, 'metadata', 'labels', level),
    ]);
    expect(levels).toEqual([
      ['test', 'restricted'],
      ['calls', 'privileged'],
    ]);
  });
});
