import { describe, expect, it } from 'vitest';
import { entrances } from '../../charts/entrances/index.ts';
import { beyond } from '../../charts/stack/checks/routes.ts';
import { loadStack } from '../../charts/stack/load.ts';
import { render } from '../../src/render/render.ts';
import { overrideDiagnostics } from '../../src/system/override-diagnostics.ts';
import {
  configData,
  dig,
  digList,
  objectOf,
  objectsOf,
  renderedOf,
  repositoryImages,
  stackFrom,
} from '../stacks.ts';

const TUNNELLED = `
schema: 2
serverName: example.org
expose:
  public: {via: tunnel, tunnel: {name: main, zone: example.org}}
  lan: {tls: {issuer: {name: home-ca}}}
element: {}
adminUi: {host: admin.home.arpa}
`;
const stack = stackFrom(TUNNELLED);
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fd00::/8'];

/** Rules of all IngressRoutes. */
function rules(of = stack): readonly unknown[] {
  return objectsOf(of)
    .filter(({ manifest }) => manifest.kind === 'IngressRoute')
    .flatMap(({ manifest }) => digList(manifest, 'spec', 'routes'));
}

describe('the page for administrators', () => {
  it('is at the local door only, and every one of its routes lets in listed addresses only', () => {
    const routes = stack.topology.routes.filter(({ host }) => host === 'admin.home.arpa');
    expect(routes.map(({ door, allow }) => [door, allow?.ranges])).toEqual([
      ['lan', PRIVATE],
      ['lan', PRIVATE],
    ]);
    expect(rules()).toHaveLength(2);
    for (const rule of rules()) expect(digList(rule, 'middlewares')[0]).toEqual({ name: 'admin-ui-allow' });
    expect(dig(objectOf(stack, 'Middleware', 'admin-ui-allow'), 'spec')).toEqual({
      ipAllowList: { sourceRange: PRIVATE },
    });
  });

  it('is the only place of the admin API, and no tunnel carries it', () => {
    const named = (kind: string): readonly string[] =>
      objectsOf(stack).flatMap(({ manifest }) =>
        manifest.kind === kind ? (JSON.stringify(manifest).match(/admin[.a-z]*|_synapse\/admin/g) ?? []) : [],
      );
    expect(named('TunnelBinding')).toEqual([]);
    expect(named('IngressRoute').filter((one) => one === '_synapse/admin')).toHaveLength(1);
    const synapse = rules().filter((rule) => dig(rule, 'services', 0, 'name') === 'synapse');
    expect(synapse.map((rule) => dig(rule, 'match'))).toEqual([
      'Host(`admin.home.arpa`) && (PathPrefix(`/_matrix/`) || PathPrefix(`/_synapse/admin/`))',
    ]);
  });

  it('finds the homeserver on its own host, whatever the well-known file says', () => {
    expect(configData(stack, 'admin-ui-config', 'config.json')).toEqual({
      restrictBaseUrl: 'https://admin.home.arpa',
      wellKnownDiscovery: false,
    });
  });

  it('listens on IPv4 where the cluster has only that', () => {
    const env = (text: string) =>
      digList(
        objectOf(stackFrom(text), 'Deployment', 'admin-ui'),
        'spec',
        'template',
        'spec',
        'containers',
        0,
        'env',
      );
    const host = { name: 'SERVER_HOST', value: '0.0.0.0' };
    expect(env(TUNNELLED)).not.toContainEqual(host);
    expect(env(`${TUNNELLED}cluster: {network: {families: [IPv4]}}\n`)).toContainEqual(host);
  });

  it('comes with the command for the first administrator, and who gets in, in SUMMARY.md', () => {
    const summary = renderedOf(stack).files.get('test/SUMMARY.md') ?? '';
    expect(summary).toContain(
      'kubectl -n test exec -it deploy/synapse -- register_new_matrix_user --config /config/homeserver.yaml --admin',
    );
    expect(summary).toContain(
      `| \`admin.home.arpa\` | everything, only from ${PRIVATE.map((one) => `\`${one}\``).join(', ')} | Ketesa | Traefik |`,
    );
    expect(summary).toContain('externalTrafficPolicy: Local');
    const without = renderedOf(stackFrom(TUNNELLED.replace(/adminUi.*\n/, ''))).files.get('test/SUMMARY.md');
    expect(without).not.toMatch(/externalTrafficPolicy|register_new/);
  });

  it('is not rendered where that is only a promise: an entrance has to be able to list addresses', () => {
    const [route] = stack.topology.routes.filter(({ allow }) => allow !== undefined);
    if (route === undefined) throw new Error('no route');
    expect(beyond(route, entrances.traefik.can)).toBeUndefined();
    expect(beyond(route, entrances.tunnel.can)).toBe('let in only the addresses that are listed');
  });
});

describe('an override', () => {
  const errors = (patch: string, kind = 'IngressRoute', name = 'admin-ui'): readonly string[] => {
    const text = `${TUNNELLED}overrides:\n  - target: {kind: ${kind}, name: ${name}}\n    why: x\n    patch: ${patch}\n`;
    const { value, source, diagnostics } = loadStack('stacks/test.yaml', text, repositoryImages());
    if (value === undefined || source === undefined) throw new Error(JSON.stringify(diagnostics));
    const { problems } = render(value);
    return overrideDiagnostics(problems, source).map(({ code, what }) => `${code} ${what}`);
  };

  it('cannot take the list of addresses away', () => {
    const strangers = expect.stringContaining('(MR014)');
    expect(errors('[{op: remove, path: /spec/routes/0/middlewares/0}]')).toEqual([strangers]);
    const list = (ranges: string): string => `{spec: {ipAllowList: {sourceRange: ${ranges}}}}`;
    expect(errors(list('[0.0.0.0/0]'), 'Middleware', 'admin-ui-allow')).toEqual([strangers]);
    expect(errors(list('[192.168.1.0/24]'), 'Middleware', 'admin-ui-allow')).toEqual([]);
  });

  it('cannot lead people from the Internet there', () => {
    const subject =
      '{name: synapse, spec: {fqdn: admin.example.org, path: ^/_synapse/admin/, target: "http://synapse.test.svc.cluster.local:8008"}}';
    expect(errors(`[{op: add, path: /subjects/0, value: ${subject}}]`, 'TunnelBinding', 'test')).toEqual([
      expect.stringContaining('(MR014)'),
    ]);
  });
});
