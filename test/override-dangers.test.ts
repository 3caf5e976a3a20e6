import { describe, expect, it } from 'vitest';
import { loadStack } from '../charts/stack/load.ts';
import { render } from '../src/render/render.ts';
import { overrideDiagnostics } from '../src/system/override-diagnostics.ts';
import { repositoryImages } from './stacks.ts';

const HEAD = `schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
element: {}
livekit: {}
jitsi: {access: anyone}
callNodes: {addresses: {public: 198.51.100.7}}
overrides:
`;
const TUNNEL = HEAD.replace(
  '{via: traefik, tls: {issuer: {name: letsencrypt}}}',
  '{via: tunnel, tunnel: {name: main, zone: example.org, edgeCertificate: advanced}}',
);
/** Without calls no pod needs more than a restricted namespace admits. */
const QUIET = HEAD.replace(/livekit[\s\S]*?(?=overrides)/, '');

/** What overrides come to: `line CODE what` of errors, and the part of SUMMARY.md about what they weaken. */
function outcome(items: string, head = HEAD): { errors: readonly string[]; weakened: string } {
  const { value, source, diagnostics } = loadStack('stacks/x.yaml', head + items, repositoryImages());
  if (value === undefined || source === undefined) throw new Error(JSON.stringify(diagnostics));
  const { findings, problems, files } = render(value);
  expect(findings).toEqual([]);
  return {
    errors: overrideDiagnostics(problems, source).map(
      ({ position, code, what }) => `${position.line} ${code} ${what}`,
    ),
    weakened: files.get('x/SUMMARY.md')?.split('## What the overrides weaken')[1]?.split('\n## ')[0] ?? '',
  };
}

const override = (kind: string, name: string, patch: string): string =>
  `  - target: {kind: ${kind}, name: ${name}}\n    why: x\n    patch: ${patch}\n`;

const pod = (fields: string): string => `{spec: {template: {spec: ${fields}}}}`;
const step = (path: string, value: string): string => `[{op: add, path: ${path}, value: ${value}}]`;
const CONTAINER = '/spec/template/spec/containers/0';

describe('an override that cannot be meant is an error at its place', () => {
  it.each([
    ['two of Synapse', override('Deployment', 'synapse', '{spec: {replicas: 2}}'), 'two pods would write'],
    [
      'two of Prosody, which has no volume here',
      override('Deployment', 'jitsi-prosody', '{spec: {replicas: 2}}'),
      'must run only once',
    ],
    [
      'rolling updates of Synapse',
      override('Deployment', 'synapse', '{spec: {strategy: {type: RollingUpdate}}}'),
      'the old and the new pod would run at once',
    ],
    [
      'rolling updates of Prosody',
      override('Deployment', 'jitsi-prosody', '{spec: {strategy: null}}'),
      'the old and the new pod would run at once',
    ],
    [
      'settings of rolling updates without them',
      override('Deployment', 'synapse', '{spec: {strategy: {rollingUpdate: {maxSurge: 0}}}}'),
      'does not go with strategy type Recreate',
    ],
    [
      'two pods of LiveKit, both on the ports of the node',
      override('Deployment', 'livekit', '{spec: {replicas: 2}}'),
      'must run only once',
    ],
    [
      'privileges that the API server refuses',
      override('Deployment', 'livekit', step(`${CONTAINER}/securityContext/privileged`, 'true')),
      'privileged is true, which does not go with allowPrivilegeEscalation: false',
    ],
    [
      'the whole host of the homeserver',
      override('IngressRoute', 'synapse-public', step('/spec/routes/0/match', 'Host(`matrix.example.org`)')),
      'lets anyone reach /_synapse/admin',
    ],
    [
      'the administration of the homeserver',
      override(
        'IngressRoute',
        'synapse-public',
        step('/spec/routes/0/match', '"Host(`matrix.example.org`) && PathPrefix(`/_synapse/admin`)"'),
      ),
      'lets anyone reach /_synapse/admin',
    ],
    [
      'a certificate for another host',
      override('Certificate', 'element-public-tls', '{spec: {dnsNames: [other.example.org]}}'),
      'does not name element.example.org',
    ],
    [
      'a host without a certificate',
      override('IngressRoute', 'element-public', step('/spec/routes/0/match', 'Host(`new.example.org`)')),
      'does not name new.example.org',
    ],
    ['nothing', override('Deployment', 'synapse', '{}'), 'changes nothing'],
    ['no step', override('Deployment', 'synapse', '[]'), 'changes nothing'],
    ['groups without keys', override('Deployment', 'synapse', '{spec: {template: {}}}'), 'changes nothing'],
    [
      'a test alone',
      override('Deployment', 'synapse', '[{op: test, path: /kind, value: Deployment}]'),
      'changes nothing',
    ],
  ])('%s', (_, items, what) => {
    const { errors } = outcome(items);
    expect(errors.filter((line) => line.includes(what))).toEqual([expect.stringMatching(/^11 /)]);
  });

  it('by the tunnel too', () => {
    const { errors } = outcome(override('TunnelBinding', 'x', step('/subjects/0/spec/path', '^/')), TUNNEL);
    expect(errors).toEqual([
      expect.stringContaining('lets anyone reach /_synapse/admin'),
      expect.stringContaining('comes first (subjects[0]), so that nothing is left for'),
    ]);
  });

  it('also where another object is broken by it: the first override after which it is', () => {
    const { errors } = outcome(
      override('Deployment', 'synapse', '{metadata: {labels: {a: b}}}') +
        override('Service', 'element', '{spec: {ports: [{name: other, port: 81, targetPort: 8080}]}}') +
        override('Service', 'element', '{metadata: {labels: {a: b}}}'),
    );
    expect(errors).toEqual([expect.stringMatching(/^14 MG055 .*IngressRoute.*\(MR004\)$/)]);
  });
});

describe('an override that a person may decide on is listed in SUMMARY.md', () => {
  it.each([
    ['none of Synapse', override('Deployment', 'synapse', '{spec: {replicas: 0}}'), 'does not run at all'],
    [
      'an image of a branch',
      override('Deployment', 'element', step(`${CONTAINER}/image`, 'example.org/element:main')),
      'a tag that moves to other releases',
    ],
    [
      'an image without a tag',
      override('Deployment', 'element', step(`${CONTAINER}/image`, 'example.org/element')),
      'without tag or digest',
    ],
    [
      'a database of a branch',
      override('Cluster', 'matrix-db', '{spec: {imageName: example.org/postgresql:latest}}'),
      'imageName',
    ],
    [
      'privileges',
      override(
        'Deployment',
        'livekit',
        step(`${CONTAINER}/securityContext`, '{privileged: true, readOnlyRootFilesystem: true}'),
      ),
      'securityContext.privileged',
    ],
    ['the processes of the node', override('Deployment', 'element', pod('{hostPID: true}')), 'hostPID'],
    [
      'the network of the node',
      override('Deployment', 'element', pod('{hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet}')),
      'opens ports on its node',
    ],
    [
      'several pods with the ports of a node',
      override(
        'Deployment',
        'element',
        `{spec: {replicas: 2, template: {spec: {hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet}}}}`,
      ),
      'the second waits for another node',
    ],
    [
      'a folder of the node',
      override(
        'Deployment',
        'element',
        step('/spec/template/spec/volumes/-', '{name: x, hostPath: {path: /}}'),
      ),
      'hostPath',
    ],
    [
      'more paths',
      override(
        'IngressRoute',
        'synapse-public',
        step(
          '/spec/routes/0/match',
          '"Host(`matrix.example.org`) && (PathPrefix(`/_matrix/`) || PathPrefix(`/_synapse/mas`))"',
        ),
      ),
      'opens more paths, such as',
    ],
    [
      'a whole host of another program',
      override('IngressRoute', 'livekit-public', step('/spec/routes/1/match', 'Host(`rtc.example.org`)')),
      'opens the whole host',
    ],
    [
      'a program that is in no route',
      override(
        'IngressRoute',
        'element-public',
        step('/spec/routes/0/services', '[{name: prosody, port: 5280}]'),
      ),
      'which no entrance would lead to without it',
    ],
    [
      'a Service that leads to another program',
      override(
        'Service',
        'element',
        '{spec: {selector: {app.kubernetes.io/component: synapse}, ports: [{name: http, port: 80, targetPort: 8008}]}}',
      ),
      'leads to other pods',
    ],
    [
      'a Service that leads to the metrics',
      override('Service', 'synapse', '{spec: {ports: [{name: http, port: 8008, targetPort: metrics}]}}'),
      'leads to another port of the pods',
    ],
    [
      'every host of the entrance',
      override('IngressRoute', 'element-public', step('/spec/routes/0/match', 'PathPrefix(`/`)')),
      'answers for every host',
    ],
    [
      'administration for some addresses',
      override(
        'IngressRoute',
        'synapse-public',
        step(
          '/spec/routes/-',
          '{kind: Rule, match: "Host(`matrix.example.org`) && PathPrefix(`/_synapse/admin`) && ClientIP(`10.0.0.0/8`)", services: [{name: synapse, port: 8008}]}',
        ),
      ),
      'synapse/admin, which lead to x/synapse:8008',
    ],
    [
      'administration behind a middleware for some addresses',
      `${override(
        'IngressRoute',
        'synapse-public',
        step(
          '/spec/routes/-',
          '{kind: Rule, match: "Host(`matrix.example.org`) && PathPrefix(`/_synapse/admin`)", middlewares: [{name: hsts}], services: [{name: synapse, port: 8008}]}',
        ),
      )}
${override('Middleware', 'hsts', '{spec: {headers: null, ipAllowList: {sourceRange: [10.0.0.0/8]}}}')}`,
      'which lead to x/synapse:8008, limited by the middleware hsts',
    ],
    [
      'pods with any rights',
      override('Namespace', 'x', step('/metadata/labels/pod-security.kubernetes.io~1enforce', 'privileged')),
      'is "privileged", and was "restricted"',
      QUIET,
    ],
    [
      'a route without encryption',
      override('IngressRoute', 'synapse-public', '{spec: {tls: null}}'),
      'IngressRoute/x/synapse-public` `spec.tls`: is not set: passwords and messages are readable on the way',
    ],
    [
      'a route at another entry point',
      override('IngressRoute', 'synapse-public', '{spec: {entryPoints: [web]}}'),
      '`spec.entryPoints`: adds web: whoever reaches that entry point reaches x/synapse:8008',
    ],
    [
      'an image of somebody else',
      override('Deployment', 'synapse', step(`${CONTAINER}/image`, 'evil/synapse:v1')),
      'is "evil/synapse:v1", from another repository than "docker.io/matrixdotorg/synapse:',
    ],
    [
      'a database of somebody else',
      override('Cluster', 'matrix-db', '{spec: {imageName: "evil.example.org:5000/postgresql:17.5"}}'),
      'is "evil.example.org:5000/postgresql:17.5", from another repository than',
    ],
  ])('%s', (_, items, what, head = HEAD) => {
    const { errors, weakened } = outcome(items, head);
    expect(errors).toEqual([]);
    expect(weakened).toContain(what);
  });

  it.each([
    ['a second pod of Element', override('Deployment', 'element', '{spec: {replicas: 2}}')],
    [
      'a longer drain of call pods',
      override('Deployment', 'livekit', pod('{terminationGracePeriodSeconds: 900}')),
    ],
    [
      'fewer paths',
      override(
        'IngressRoute',
        'synapse-public',
        step('/spec/routes/0/match', '"Host(`matrix.example.org`) && PathPrefix(`/_matrix/client/`)"'),
      ),
    ],
    [
      'an empty group that is new',
      override('Deployment', 'element', step('/spec/template/spec/volumes/-', '{name: x, emptyDir: {}}')),
    ],
    [
      'a tag with a number',
      override(
        'Deployment',
        'element',
        step(`${CONTAINER}/image`, 'docker.io/vectorim/element-web:r7-debian'),
      ),
    ],
  ])('and %s is not', (_, items) => {
    expect(outcome(items)).toEqual({ errors: [], weakened: '' });
  });
});
