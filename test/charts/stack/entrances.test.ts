import { afterEach, describe, expect, it, vi } from 'vitest';
import { entrances, viasAt } from '../../../charts/entrances/index.ts';
import { components } from '../../../charts/index.ts';
import { checkChoices } from '../../../charts/stack/checks/choices.ts';
import { beyond, checkRoutes } from '../../../charts/stack/checks/routes.ts';
import { loadStack } from '../../../charts/stack/load.ts';
import type { StackFile } from '../../../charts/stack/schema.ts';
import { stackSchema } from '../../../charts/stack/schema.ts';
import type { Stack } from '../../../charts/stack/stack.ts';
import { plainText } from '../../../src/plain/phrase.ts';
import { render } from '../../../src/render/render.ts';
import { keysAt } from '../../../src/stack/reading/schema-walk.ts';
import type { Around } from '../../../src/system/component.ts';
import { doorFields } from '../../../src/system/door-settings.ts';
import { warnings } from '../../../src/texts/warnings.ts';
import { DOORS, type Route } from '../../../src/topology/topology.ts';
import { chartedOf, dig, digList, publicStack, repositoryImages, stackFrom } from '../../stacks.ts';

const TUNNELLED = `
schema: 1
serverName: example.org
expose: {public: {via: tunnel, tunnel: {name: main, zone: example.org}}}
`;
const tunnelled = stackFrom(TUNNELLED);
const WRITTEN: StackFile = {
  schema: 1,
  serverName: 'example.org',
  expose: { public: { via: 'tunnel' } },
};

describe('an entrance at both doors', () => {
  afterEach(() => vi.restoreAllMocks());

  const text = (domain: string): string => `
schema: 1
serverName: ${domain}
expose:
  public: {via: traefik, tls: {secret: outer}}
  lan: {via: traefik, tls: {secret: inner}, names: {synapse: matrix.home.arpa}}
overrides:
  - target: {kind: IngressRoute, name: synapse}
    why: a page of our own
    patch:
      - op: add
        path: /spec/routes/-
        value:
          kind: Rule
          match: Host(\`own.home.arpa\`)
          services: [{name: synapse, port: 8008}]
`;

  it('is one program unless its settings choose another at each', () => {
    const peers = stackFrom(text('one.example.org')).topology.peers.map(({ id }) => id);
    expect(peers.filter((id) => id.startsWith('traefik'))).toEqual(['traefik']);
  });

  it('is shown at each door as the program that its settings choose', () => {
    vi.spyOn(entrances.traefik, 'passer').mockImplementation((own) => {
      const name = 'secret' in own ? own.secret : 'issuer' in own ? own.issuer.name : own.entryPoint;
      return { kind: 'peer', id: `traefik-${name}`, title: `Traefik ${name}`, where: 'cluster', ports: [] };
    });
    const stack = stackFrom(text('two.example.org'));
    const summary = render(stack).files.get(`${stack.name}/SUMMARY.md`) ?? '';
    expect(summary).toContain('| Synapse | Traefik outer |');
    expect(summary).toContain('traefik_outer -->|8008/tcp| synapse');
    expect(summary).toContain(
      '| `matrix.home.arpa` | `/_matrix/…`, `/_synapse/client/…` | Synapse | Traefik inner |',
    );
    expect(summary).toContain('traefik_inner -->|8008/tcp| synapse');
    expect(summary).toMatch(/own\.home\.arpa.*Traefik/);
  });
});

/** A stack whose routes to Synapse need more than today's do. */
function withNeeds(stack: Stack, needs: Partial<Route>): Stack {
  const { topology } = stack;
  const routes = topology.routes.map((route) =>
    route.to.service === 'synapse' ? { ...route, ...needs } : route,
  );
  return { ...stack, topology: { ...topology, routes } };
}

const cookie = { balance: { by: 'cookie', name: 'pod' } } as const;

describe.each(DOORS)('the %s door', (door) => {
  it('takes the settings of every entrance that it can go through, and of no other', () => {
    const besides = ['via', 'names', 'through', ...Object.keys(doorFields)];
    const keys = keysAt(stackSchema, ['expose', door]).filter((key) => !besides.includes(key));
    const here = Object.values(entrances).filter(({ doors }) => doors.some((one) => one === door));
    expect(keys).toEqual(here.map(({ key }) => key));
    expect(viasAt(door)).toEqual(here.map(({ via }) => via));
  });

  it('says what is missing where the entrance is chosen, and what is too much', () => {
    const choices = (written: object) =>
      checkChoices({ ...WRITTEN, expose: { public: undefined, lan: undefined, [door]: written } });
    const at = ['expose', door];
    expect(choices({ via: 'traefik' })).toMatchObject([
      { at: [...at, 'via'], what: `expose.${door} has via: traefik, but tls is missing` },
    ]);
    expect(choices({ via: 'traefik', tls: {} })).toMatchObject([
      { at: [...at, 'tls'], what: `expose.${door}.tls has neither issuer nor secret` },
    ]);
    expect(choices({ via: 'traefik', tls: { secret: 'own' } })).toEqual([]);
  });
});

describe('what an entrance cannot do', () => {
  it('is an error where the entrance is chosen, once for each program, and names one that can', () => {
    expect(checkRoutes(WRITTEN, withNeeds(tunnelled, cookie))).toEqual([
      {
        code: 'MG160',
        at: ['expose', 'public', 'via'],
        what: 'Synapse needs an entrance that can keep requests with the same cookie pod at one of several pods; a tunnel cannot',
        remedy: 'write via: traefik in expose.public',
      },
    ]);
  });

  it('is at the door where via is not written, and names the program where that is written', () => {
    const stack = stackFrom('schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: own}}}\n');
    const written: StackFile = {
      ...WRITTEN,
      synapse: {},
      expose: { lan: { tls: { secret: 'own' } } },
    };
    expect(checkRoutes(written, withNeeds(stack, { balance: { by: 'source' } }))).toEqual([
      {
        code: 'MG160',
        at: ['expose', 'lan'],
        other: ['synapse'],
        what: 'Synapse needs an entrance that can keep requests with the same address at one of several pods; Traefik cannot',
        remedy: 'remove what needs it: no entrance in this release can do that',
      },
    ]);
  });

  it('is said of regular expressions, and of nothing that it can do', () => {
    const [route] = tunnelled.topology.routes;
    if (route === undefined) throw new Error('no route');
    const regex: Route = { ...route, match: { kind: 'regex', paths: ['^/a'] } };
    expect(beyond(regex, { regex: false, tcp: false, sticky: [] })).toBe(
      'match paths by regular expressions',
    );
    for (const { can } of [entrances.traefik, entrances.tunnel]) expect(beyond(regex, can)).toBeUndefined();
    expect(checkRoutes(WRITTEN, tunnelled)).toEqual([]);
    expect(checkRoutes(WRITTEN, withNeeds(publicStack(), cookie))).toEqual([]);
  });
});

describe('a stack file with a component that needs more', () => {
  afterEach(() => vi.restoreAllMocks());

  it('has the error at its place', () => {
    const { start } = components.synapse;
    vi.spyOn(components.synapse, 'start').mockImplementation((written, facts) => {
      const started = start(written, facts);
      const parts = (around: Around) => {
        const own = started.parts(around);
        return { ...own, routes: (own.routes ?? []).map((route) => ({ ...route, ...cookie })) };
      };
      return { ...started, parts };
    });
    const { diagnostics } = loadStack('stacks/test.yaml', TUNNELLED, repositoryImages());
    expect(diagnostics).toMatchObject([{ code: 'MG160', position: { line: 4, column: 24 } }]);
  });
});

describe('what an entrance limits', () => {
  const said = (stack: Stack): readonly string[] =>
    warnings(stack)
      .map(plainText)
      .filter((one) => /^Cloudflare (?:gives|refuses)/.test(one));

  it('is in SUMMARY.md where a route needs more, once', () => {
    const needs = { timeouts: { request: 180, idle: 300 } };
    expect(said(withNeeds(tunnelled, needs))).toEqual([
      'Cloudflare gives up on a program that sends nothing for 120 seconds; Synapse (matrix.example.org) may take 180 seconds to answer.',
      'Cloudflare gives up on a program that sends nothing for 120 seconds; connections to Synapse (matrix.example.org) may be silent for 300 seconds.',
      'Cloudflare gives up on a program that sends nothing for 120 seconds; Synapse (example.org) may take 180 seconds to answer.',
      'Cloudflare gives up on a program that sends nothing for 120 seconds; connections to Synapse (example.org) may be silent for 300 seconds.',
    ]);
    expect(said(withNeeds(tunnelled, { timeouts: { request: 120, idle: 30 } }))).toEqual([]);
    expect(said(withNeeds(publicStack(), needs))).toEqual([]);
  });

  it('is read from what the setting decides', () => {
    const slow =
      'Cloudflare gives up on a program that sends nothing for 120 seconds; Synapse (matrix.example.org) may take 300 seconds to answer.';
    expect(said(stackFrom(`${TUNNELLED}synapse: {uploadLimit: 200M}\n`))).toEqual([
      'Cloudflare refuses requests above 100 MB on most plans; synapse.uploadLimit is 200M.',
      slow,
    ]);
    expect(said(tunnelled)).toEqual([slow]);
    expect(said(publicStack())).toEqual([]);
  });

  it('counts for the doors that lead there only', () => {
    const lan = 'expose: {lan: {tls: {secret: own}, names: {element: element.home.arpa}}, public:';
    const stack = (names: string): Stack =>
      stackFrom(
        `${TUNNELLED.replace('expose: {public:', `${lan.replace('{element', `{${names}element`)}`)}synapse: {uploadLimit: 1G}\nelement: {}\n`,
      );
    const slow = (one: Stack) =>
      warnings(one)
        .map(plainText)
        .filter((text) => text.includes('readTimeout'));
    expect(slow(stack(''))).toEqual([]);
    expect(slow(stack('synapse: matrix.home.arpa, '))).toHaveLength(1);
  });
});

describe('Traefik', () => {
  it('keeps requests at one pod by a cookie', () => {
    const stack = withNeeds(publicStack(), cookie);
    const [found] = chartedOf(stack)
      .flatMap(({ manifests }) => manifests)
      .filter(({ kind, metadata }) => kind === 'IngressRoute' && metadata.name === 'synapse-public');
    const [rule] = digList(found, 'spec', 'routes');
    expect(dig(rule, 'services', 0, 'sticky')).toEqual({
      cookie: { name: 'pod', httpOnly: true, secure: true },
    });
  });
});
