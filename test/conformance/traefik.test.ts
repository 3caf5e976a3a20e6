import { describe, expect, test } from 'vitest';
import { chartStack } from '../../charts/objects.ts';
import type { Route } from '../../src/topology/topology.ts';
import { publicStack } from '../stacks.ts';
import { stacks } from './harness/dist.ts';
import { mappings, need, number, text } from './harness/json.ts';
import { run } from './harness/programs.ts';
import { traefikRouter } from './tools/go.ts';

/** A rule of an IngressRoute, as Traefik's provider hands it to the router. */
interface Router {
  /** The Service that answers. */
  readonly name: string;
  readonly rule: string;
  readonly priority: number;
}

/** The routers of all IngressRoutes, in whatever objects they are. */
function routersOf(objects: readonly unknown[]): readonly Router[] {
  return objects
    .filter((object) => text(object, 'kind') === 'IngressRoute')
    .flatMap((object) => mappings(object, 'spec', 'routes'))
    .map((route) => ({
      name: need(text(route, 'services', 0, 'name'), 'a Service'),
      rule: need(text(route, 'match'), 'a rule'),
      priority: number(route, 'priority') ?? 0,
    }));
}

/** Who answers each request, by Traefik: the same whatever the order in which it learns of the routers. */
async function answers(
  routers: readonly Router[],
  requests: readonly { readonly host: string; readonly path: string }[],
): Promise<unknown> {
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
      const expected = routers.flatMap(({ name, rule }) => {
        const [host = ''] = named(rule, 'Host');
        const exact = named(rule, 'Path');
        const prefixes = named(rule, 'PathPrefix').map((path) => `${path}x`);
        const paths = exact.length + prefixes.length === 0 ? ['/'] : [...exact, ...prefixes];
        return paths.map((path) => ({ name, host, path }));
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
