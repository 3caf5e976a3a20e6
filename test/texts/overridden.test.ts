import { describe, expect, it } from 'vitest';
import { render } from '../../src/render/render.ts';
import { publicStack, stackFrom } from '../stacks.ts';

/** A part of SUMMARY.md of a public stack with Traefik, LiveKit and Jitsi. */
function part(title: string, more = ''): string {
  const { findings, problems, files } = render(publicStack(more));
  expect(findings).toEqual([]);
  expect(problems).toEqual([]);
  return files.get('test/SUMMARY.md')?.split(`## ${title}`)[1]?.split('\n## ')[0] ?? '';
}

/** The lines of the diagram of the same stack. */
function diagramOf(more: string): readonly string[] {
  const text = render(publicStack(more)).files.get('test/SUMMARY.md') ?? '';
  return (text.split('```mermaid\n')[1]?.split('```')[0] ?? '').split('\n');
}

function overriding(kind: string, name: string, patch: string): string {
  return `overrides: [{target: {kind: ${kind}, name: ${name}}, why: x, patch: ${patch}}]\n`;
}

/** The same table of a stack without the keys that are written here. */
function firewallOf(more: string): string {
  const calls = ['jitsi: {access: password}', 'livekit: {}'].filter(
    (line) => !more.startsWith(line.slice(0, line.indexOf(':') + 1)),
  );
  const stack = stackFrom(`schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
element: {}
callNodes: {addresses: {public: 198.51.100.7}}
${[more, ...calls].join('\n')}`);
  const { problems, files } = render(stack);
  expect(problems).toEqual([]);
  return files.get('test/SUMMARY.md')?.split(`## ${FIREWALL}`)[1]?.split('\n## ')[0] ?? '';
}

const harmless = overriding('Deployment', 'element', '{metadata: {annotations: {a: b}}}');
const OPEN = 'Open to the Internet';
const FIREWALL = 'Firewall: ports to open';
const WEAK = 'Before this goes live';

describe('the tables of SUMMARY.md', () => {
  it.each([OPEN, FIREWALL, WEAK])('are the same after an override that opens nothing: %s', (title) => {
    expect(part(title, harmless)).toBe(part(title));
  });

  it('show a route that an override adds, and to whom it leads', () => {
    const route =
      '{kind: Rule, match: "Host(`matrix.example.org`) && PathPrefix(`/_synapse/mas`)", services: [{name: synapse, port: 8008}]}';
    const open = part(
      OPEN,
      overriding('IngressRoute', 'synapse-public', `[{op: add, path: /spec/routes/-, value: ${route}}]`),
    );
    expect(open).toContain(
      '| `matrix.example.org` | ``Host(`matrix.example.org`) && PathPrefix(`/_synapse/mas`)`` | Synapse | Traefik |',
    );
    expect(open.split('\n')).toHaveLength(part(OPEN).split('\n').length + 1);
  });

  it('show what a route became, and no longer what it was', () => {
    const match = '"Host(`matrix.example.org`) && PathPrefix(`/_matrix/client/`)"';
    const open = part(
      OPEN,
      overriding(
        'IngressRoute',
        'synapse-public',
        `[{op: replace, path: /spec/routes/0/match, value: ${match}}]`,
      ),
    );
    expect(open).not.toContain('| `matrix.example.org` | `/_matrix/…`');
    expect(open).toContain('PathPrefix(`/_matrix/client/`)');
  });

  it('show the host that an override adds, and who answers there', () => {
    const rule = '{kind: Rule, match: "Host(`extra.example.org`)", services: [{name: jvb, port: 8080}]}';
    const change = `overrides:
  - {target: {kind: IngressRoute, name: synapse-public}, why: x, patch: [{op: add, path: /spec/routes/-, value: ${rule}}]}
  - {target: {kind: Certificate, name: synapse-public-tls}, why: x, patch: {spec: {dnsNames: [matrix.example.org, extra.example.org]}}}
`;
    expect(part('DNS records', change)).toContain(
      "| `extra.example.org` | A | Traefik's public address | you create it, for an override |",
    );
    const added = diagramOf(change).filter((line) => !diagramOf('').includes(line));
    expect(added).toEqual(['  traefik -->|8080/tcp| jitsi_jvb']);
  });

  it('draw no route that an override has taken away', () => {
    const change = overriding('IngressRoute', 'element-public', '{spec: {routes: []}}');
    expect(diagramOf('')).toContain('  traefik -->|8080/tcp| element');
    expect(diagramOf(change)).not.toContain('  traefik -->|8080/tcp| element');
  });

  it.each([
    ['ipAllowList: {sourceRange: [10.0.0.0/8]}', ', limited by the middleware `hsts`'],
    ['basicAuth: {secret: synapse-secrets}', ', limited by the middleware `hsts`'],
    ['ipAllowList: {sourceRange: [10.0.0.0/8, 0.0.0.0/0]}', ''],
    ['ipAllowList: {sourceRange: [10.0.0.0/8], ipStrategy: {depth: 1}}', ''],
    ['ipAllowList: {sourceRange: [0.0.0.0/1, 128.0.0.0/1]}', ''],
    ['forwardAuth: {address: "https://a.example.org/"}', ''],
    ['rateLimit: {average: 1}', ''],
  ])('say which middleware limits a route: %s', (spec, words) => {
    const open = part(OPEN, overriding('Middleware', 'hsts', `{spec: {headers: null, ${spec}}}`));
    expect(open).toContain(`| \`element.example.org\` | everything${words} | Element Web |`);
  });

  it('show ports of the node that an override opens', () => {
    const ports = part(
      FIREWALL,
      overriding(
        'Deployment',
        'element',
        '{spec: {template: {spec: {hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet}}}}',
      ),
    );
    expect(ports).toContain(
      '| 8080/tcp | anyone who can reach the node | every node | `Deployment/test/element`, by an override |',
    );
  });

  it('show a Service that an override opens, and list it', () => {
    const change = overriding('Service', 'synapse', '{spec: {type: LoadBalancer}}');
    expect(part(FIREWALL, change)).toContain('| 8008/tcp | anyone who can reach its address |');
    expect(part('What the overrides weaken', change)).toContain('reached without the entrances');
  });

  it.each([
    [
      'livekit: {extraConfig: {prometheus_port: 6789}}',
      '| 6789/tcp | the cluster only | every node | LiveKit SFU: metrics (prometheus_port) |',
    ],
    [
      'jitsi: {access: password, prosody: {env: {PROSODY_ENABLE_S2S: true, PROSODY_S2S_PORT: 5270}}}',
      '| 5270/tcp | the cluster only | its pod | Prosody (XMPP): XMPP of other servers (PROSODY_ENABLE_S2S) |',
    ],
    [
      'jitsi: {access: password, jicofo: {env: {JICOFO_ENABLE_REST: true}, force: x}}',
      '| 8888/tcp | the cluster only | its pod | Jicofo (conference focus): REST without a password (JICOFO_ENABLE_REST) |',
    ],
    [
      'livekit: {extraConfig: {turn: {tls_port: 5349}}}',
      '| 5349/tcp | anywhere | every node | LiveKit SFU: TURN over TLS (turn.tls_port) |',
    ],
    [
      'synapse: {extraConfig: {listeners: [{port: 8008, type: http}, {port: 9093, type: manhole, bind_addresses: ["::1", 127.0.0.1]}, {port: 9094, type: http}]}, force: x}',
      '| 9094/tcp | the cluster only | its pod | Synapse: a listener of type http (listeners) |',
    ],
    [
      `overrides: [{target: {kind: ConfigMap, name: livekit-config}, why: x, patch: {data: {livekit.yaml: "port: 7880\\nprometheus: {port: 6790}\\nkey_file: /secrets/livekit/keys.yaml\\n"}}}]`,
      '| 6790/tcp | the cluster only | every node | LiveKit SFU: metrics (prometheus.port) |',
    ],
  ])('show ports that a configuration opens: %s', (more, row) => {
    const before = part(FIREWALL).split('\n');
    const added = firewallOf(more)
      .split('\n')
      .filter((line) => !before.includes(line));
    expect(added).toEqual([row]);
  });

  it('show no port that a configuration has moved', () => {
    const moved = firewallOf('livekit: {extraConfig: {rtc: {udp_port: 7000}}, force: x}');
    expect(moved).not.toContain('| 7882/udp |');
    expect(moved).toContain('| 7000/udp | anywhere |');
    expect(firewallOf('livekit: {extraConfig: {turn: {enabled: false}}, force: x}')).not.toContain('3478');
  });

  it('show no port that an override closes', () => {
    expect(part(FIREWALL)).toContain('| 10000/udp |');
    const patch = '[{op: remove, path: /spec/template/spec/hostNetwork}]';
    const change = overriding('Deployment', 'livekit', patch);
    expect(part(FIREWALL)).toContain('| 7882/udp |');
    expect(part(FIREWALL, change)).not.toContain('| 7882/udp |');
  });

  it('name pods that an override has given more than the others', () => {
    const sentence = 'every pod rendered here is still restricted in all other ways';
    expect(part(WEAK)).toContain(`${sentence}.`);
    const change = overriding('Deployment', 'element', '{spec: {template: {spec: {hostPID: true}}}}');
    expect(part(WEAK, change)).toContain(
      `${sentence}, except for Deployment/test/element (hostPID), by overrides.`,
    );
  });
});
