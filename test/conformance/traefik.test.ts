import { describe, expect, test } from 'vitest';
import { chartStack } from '../../charts/objects.ts';
import type { Route } from '../../src/topology/topology.ts';
import { publicStack, stackFrom } from '../stacks.ts';
import { stacks } from './harness/dist.ts';
import { mappings, need, number, text, texts } from './harness/json.ts';
import { run } from './harness/programs.ts';
import { traefikRouter } from './tools/go.ts';

/** A rule of an IngressRoute, as Traefik's provider hands it to the router. */
interface Router {
  /** The Service that answers. */
  readonly name: string;
  readonly rule: string;
  readonly priority: number;
  /** The only addresses that may come. @default - anybody's */
  readonly allow?: readonly string[];
}

/** A request, from an address that may claim to be another one. */
interface Request {
  readonly host: string;
  readonly path: string;
  readonly from?: string;
  readonly forwarded?: string;
}

/** The routers of all IngressRoutes, in whatever objects they are. */
function routersOf(objects: readonly unknown[]): readonly Router[] {
  const lists = new Map(
    objects.flatMap((object) => {
      const ranges = texts(object, 'spec', 'ipAllowList', 'sourceRange');
      return ranges.length === 0 ? [] : [[text(object, 'metadata', 'name'), ranges] as const];
    }),
  );
  const allowed = (route: unknown): Pick<Router, 'allow'> => {
    const [allow] = mappings(route, 'middlewares').flatMap((one) => {
      const ranges = lists.get(text(one, 'name'));
      return ranges === undefined ? [] : [ranges];
    });
    return allow === undefined ? {} : { allow };
  };
  return (
    objects
      .filter((object) => text(object, 'kind') === 'IngressRoute')
      .flatMap((object) => mappings(object, 'spec', 'routes'))
      .map((route) => ({
        name: need(text(route, 'services', 0, 'name'), 'a Service'),
        rule: need(text(route, 'match'), 'a rule'),
        priority: number(route, 'priority') ?? 0,
        ...allowed(route),
      }))
      // At the entry point for plain HTTP, which has routers of its own.
      .filter(({ name }) => !name.endsWith('@internal'))
  );
}

/** Who answers each request, by Traefik: the same whatever the order in which it learns of the routers. */
async function answers(routers: readonly Router[], requests: readonly Request[]): Promise<unknown> {
  const program = await traefikRouter();
  const ask = async (all: readonly Router[]): Promise<unknown> =>
    JSON.parse(await run(program, [], { input: JSON.stringify({ routers: all, requests }) }));
  const found = await ask(routers);
  expect(await ask(routers.toReversed())).toEqual(found);
  return found;
}

/** The paths that a rule names, by the word for how they are matched. */
function named(rule: string, matcher: string): readonly string[] {
  return [...rule.matchAll(new RegExp(`\\b${matcher}\\(\`([^\`]+)\`\\)`, 'g'))].map(
    ([, value = '']) => value,
  );
}

/** Routes of others in the cluster: for every host, and for a challenge on one of ours. */
const ELSEWHERE: readonly Router[] = [
  { name: 'error-pages', rule: 'PathPrefix(`/`)', priority: 0 },
  { name: 'error-pages', rule: 'HostRegexp(`.+`) && PathPrefix(`/`)', priority: 0 },
];
const CHALLENGE = '/.well-known/acme-challenge/LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0';

for (const stack of stacks()) {
  const routers = routersOf(stack.objects);
  describe.skipIf(routers.length === 0)(`${stack.name}: Traefik`, () => {
    test('leads every path that a rule names to its Service, past rules for every host', async () => {
      const expected = routers.flatMap(({ name, rule, allow }) => {
        const [host = ''] = named(rule, 'Host');
        const exact = named(rule, 'Path');
        const prefixes = named(rule, 'PathPrefix').map((path) => `${path}x`);
        const logins = rule.includes('PathRegexp(') ? ['/_matrix/client/v3/login'] : [];
        const all = [...logins, ...exact, ...prefixes];
        const [network = ''] = (allow?.[0] ?? '').split('/');
        const from = network === '' ? {} : { from: network };
        return (all.length === 0 ? ['/'] : all).map((path) => ({ name, host, path, ...from }));
      });
      expect(expected.length).toBeGreaterThan(0);
      expect(await answers([...ELSEWHERE, ...routers], expected)).toEqual(expected.map(({ name }) => name));
    });

    test('leads nobody to the administration of the homeserver', async () => {
      const hosts = [...new Set(routers.flatMap(({ rule }) => named(rule, 'Host')))];
      const asked = hosts.map((host) => ({ host, path: '/_synapse/admin/v1/users' }));
      const found = await answers(routers, asked);
      expect(Array.isArray(found) && found.includes('synapse')).toBe(false);
    });

    test("lets cert-manager's answer to a challenge through on every host", async () => {
      const hosts = [...new Set(routers.flatMap(({ rule }) => named(rule, 'Host')))];
      const solvers = hosts.map((host) => ({
        name: 'solver',
        rule: `Host(\`${host}\`) && Path(\`${CHALLENGE}\`)`,
        priority: 0,
      }));
      const asked = hosts.map((host) => ({ host, path: CHALLENGE }));
      expect(await answers([...solvers, ...routers], asked)).toEqual(hosts.map(() => 'solver'));
    });
  });
}

/** Two kinds of workers in front of Synapse, which no stack has yet: the second's paths hold the first's. */
function routersWithWorkers(): readonly Router[] {
  const stack = publicStack();
  const worker = (service: string, rank: number, path: string): Route => ({
    door: 'public',
    host: stack.synapse.host,
    match: { kind: 'regex', paths: [path] },
    to: { service, namespace: stack.namespace, port: 80 },
    rank,
    group: service,
  });
  const routes = [
    worker('client', 10, '^/_matrix/client/(api/v1|r0|v3|unstable)/'),
    worker('sync', 20, '^/_matrix/client/(r0|v3)/sync$'),
    ...stack.topology.routes,
  ];
  return routersOf(
    chartStack({ ...stack, topology: { ...stack.topology, routes } }).flatMap(({ manifests }) => manifests),
  );
}

describe('several routes of one host, in several objects', () => {
  test('are tried in the order of their ranks, not of the lengths of their rules', async () => {
    const expected = {
      '/_matrix/client/v3/sync': 'sync',
      '/_matrix/client/v3/sync/x': 'client',
      '/_matrix/client/v3/rooms/%21a%3Aexample.org/messages': 'client',
      '/_matrix/client/versions': 'synapse',
      '/_matrix/federation/v1/version': 'synapse',
      '/.well-known/matrix/client': 'well-known',
      '/_synapse/admin/v1/users': '',
    };
    const asked = Object.keys(expected).map((path) => ({ host: 'matrix.example.org', path }));
    expect(await answers(routersWithWorkers(), asked)).toEqual(Object.values(expected));
  });
});

describe('a route of somebody else on a host of the stack', () => {
  const host = 'element.example.org';
  const own = (path: string, priority: number): Router => ({
    name: 'own',
    rule: `Host(\`${host}\`) && PathPrefix(\`${path}\`)`,
    priority,
  });
  const everything: Router = { name: 'element', rule: `Host(\`${host}\`)`, priority: 70 };
  const asked = [{ host, path: '/own' }];

  // What MR016 says of them, and docs/own-manifests.md.
  test('gets nothing where its rule is shorter than 70 and it has no priority, and all with a higher one', async () => {
    expect(await answers([own('/own', 0), everything], asked)).toEqual(['element']);
    expect(await answers([own('/own', 71), everything], asked)).toEqual(['own']);
    expect(await answers([own('/', 500), everything], asked)).toEqual(['own']);
    // The length of a rule counts in bytes.
    const long = 'ä'.repeat(15);
    const rule = `Host(\`${host}\`) && PathPrefix(\`/own\`) || Path(\`/${long}\`)`;
    expect([rule.length < 90, Buffer.byteLength(rule) > 90]).toEqual([true, true]);
    expect(
      await answers(
        [
          { ...own('', 0), rule },
          { ...everything, priority: 90 },
        ],
        asked,
      ),
    ).toEqual(['own']);
  });
});

describe('a page for administrators', () => {
  const stack = stackFrom(`
schema: 2
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
element: {}
adminUi: {host: admin.home.arpa, allow: [192.168.10.0/24, "fd00:10::/64", 192.168.20.7]}
`);
  const routers = routersOf(chartStack(stack).flatMap(({ manifests }) => manifests));
  const host = 'admin.home.arpa';
  const API = '/_synapse/admin/v1/users';

  test('lets in the listed addresses only, whatever others claim', async () => {
    const listed = ['192.168.10.9', 'fd00:10::9', '192.168.20.7'];
    const others = ['192.168.11.9', '192.168.20.8', 'fd00:11::9', '10.42.0.1', '203.0.113.9'];
    const from = (addresses: readonly string[], more: Partial<Request> = {}): readonly Request[] =>
      addresses.flatMap((address) => [
        { host, path: '/', from: address, ...more },
        { host, path: API, from: address, ...more },
      ]);
    expect(await answers(routers, from(listed))).toEqual(listed.flatMap(() => ['admin-ui', 'synapse']));
    expect(await answers(routers, from(others))).toEqual(others.flatMap(() => ['', '']));
    const claimed = from(others, { forwarded: '192.168.10.9' });
    expect(await answers(routers, claimed)).toEqual(others.flatMap(() => ['', '']));
    const hidden = from(listed, { forwarded: '203.0.113.9' });
    expect(await answers(routers, hidden)).toEqual(listed.flatMap(() => ['admin-ui', 'synapse']));
  });

  test('is the only place of the admin API, also for those who may come', async () => {
    const hosts = [...new Set(routers.flatMap(({ rule }) => named(rule, 'Host')))];
    expect(hosts).toEqual(expect.arrayContaining([host, 'matrix.example.org', 'element.example.org']));
    const asked = hosts.map((one) => ({ host: one, path: API, from: '192.168.10.9' }));
    const found = await answers(routers, asked);
    expect(found).toEqual(
      hosts.map((one) => (one === host ? 'synapse' : one === 'element.example.org' ? 'element' : '')),
    );
  });
});
