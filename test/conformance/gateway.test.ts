import { beforeAll, describe, expect, test } from 'vitest';
import { IMPLEMENTATIONS } from '../../charts/entrances/gateway/implementations.ts';
import type { PathMatch, Route } from '../../src/topology/topology.ts';
import { withCallsIn } from '../parts.ts';
import { objectsOf, renderedOf, stackFrom } from '../stacks.ts';
import { type ControlPlane, controlPlane } from './harness/control-plane.ts';
import { loadCustomKinds } from './harness/custom-kinds.ts';
import { mappings, need, text, texts } from './harness/json.ts';
import { run, sweepWhenDone, timed } from './harness/programs.ts';
import { traefikRouter } from './tools/go.ts';

sweepWhenDone();

let server: ControlPlane;

beforeAll(async () => {
  server = await timed('starting the API server', controlPlane);
  await timed('loading the custom kinds', () => loadCustomKinds(server));
});

const CREATED = 'create: {class: any, tls: {issuer: {name: letsencrypt}}}';
const GIVEN = 'create: {class: any, tls: {secret: wild-tls}}';
const EXISTING = 'use: {name: shared, namespace: gateways, listener: https}';

function through(implementation: string, settings: string) {
  return stackFrom(`
schema: 1
serverName: example.org
expose: {public: {via: gateway, gateway: {implementation: ${implementation}, ${settings}}}}
element: {}
livekit: {}
jitsi: {access: anyone}
callNodes: {addresses: {public: 198.51.100.7}}
`);
}

const stacks = [
  ...IMPLEMENTATIONS.map((one) => [`${one}, its own Gateway`, through(one, CREATED)] as const),
  ['envoy, one certificate for all', through('envoy', GIVEN)] as const,
  ['cilium, a Gateway that is there', through('cilium', EXISTING)] as const,
  ['envoy, call pods elsewhere', withCallsIn('calls', through('envoy', CREATED))] as const,
];

describe.each(stacks)('%s', (_, stack) => {
  test('the API server takes every Gateway and HTTPRoute, by the rules of their definitions', async () => {
    for (const { name } of stack.topology.namespaces) {
      await server.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    const objects = objectsOf(stack)
      .map(({ manifest }) => ({ ...manifest }))
      .filter(({ apiVersion }) => apiVersion.startsWith('gateway.networking.k8s.io/'));
    expect(objects.length).toBeGreaterThan(5);
    for (const object of objects) {
      const { status, warnings, body } = await server.apply(object, { dryRun: true });
      expect([object.metadata.name, status < 300, warnings, text(body, 'message')]).toEqual([
        object.metadata.name,
        true,
        [],
        undefined,
      ]);
    }
  });
});

/**
 * The rule and priority that Traefik's provider makes of a match: its router is real here, and its provider is not.
 *
 * @see https://github.com/traefik/traefik (pkg/provider/kubernetes/gateway/httproute.go, buildMatchRule)
 */
function traefikRule(host: string, match: unknown): { readonly rule: string; readonly priority: number } {
  const value = text(match, 'path', 'value') ?? '/';
  const hostRule = `Host("${host}")`;
  const rest = host.length;
  if (text(match, 'path', 'type') === 'Exact') {
    return { rule: `${hostRule} && Path("${value}")`, priority: 100_000 + rest };
  }
  if (value === '/') return { rule: `${hostRule} && PathPrefix("/")`, priority: 1 + rest };
  const whole = value.replace(/\/$/, '');
  return {
    rule: `${hostRule} && (Path("${whole}") || PathPrefix("${whole}/"))`,
    priority: 10_000 + value.length * 100 + rest,
  };
}

/** Requests that a route is for: of a beginning, something below it. */
function asked(match: PathMatch): readonly string[] {
  if (match.kind === 'all') return ['/', '/anything'];
  return match.kind === 'exact' ? match.paths : match.paths.map((path) => `${path.replace(/\/$/, '')}/below`);
}

describe("Traefik's router, with what its provider makes of HTTPRoutes", () => {
  const stack = through('traefik', CREATED);
  const routers = renderedOf(stack)
    .objects.flatMap(({ manifests }) => manifests)
    .filter(({ kind }) => kind === 'HTTPRoute')
    .flatMap((object) =>
      texts(object, 'spec', 'hostnames').flatMap((host) =>
        mappings(object, 'spec', 'rules').flatMap((rule) => {
          const matches = mappings(rule, 'matches');
          const name = need(text(rule, 'backendRefs', 0, 'name'), 'a Service');
          return (matches.length === 0 ? [{}] : matches).map((match) => ({
            name,
            ...traefikRule(host, match),
          }));
        }),
      ),
    );
  const answers = async (
    requests: readonly { readonly host: string; readonly path: string }[],
  ): Promise<unknown> =>
    JSON.parse(await run(await traefikRouter(), [], { input: JSON.stringify({ routers, requests }) }));

  test('leads every path of the topology to its Service', async () => {
    const all = stack.topology.routes.flatMap(({ host, match, to }: Route) =>
      asked(match).map((path) => ({ host, path, service: to.service })),
    );
    expect(all.length).toBeGreaterThan(10);
    const found = await answers(all.map(({ host, path }) => ({ host, path })));
    expect(found).toEqual(all.map(({ service }) => service));
  });

  test('leads nobody to the administration of the homeserver', async () => {
    const hosts = [...new Set(stack.topology.routes.map(({ host }) => host))];
    const found = await answers(hosts.map((host) => ({ host, path: '/_synapse/admin/v1/users' })));
    expect(Array.isArray(found) && found.includes('synapse')).toBe(false);
  });
});
