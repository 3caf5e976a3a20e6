import { describe, expect, it } from 'vitest';
import { loadStack } from '../../charts/stack/load.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { dig, digList, objectOf, objectsOf, renderedOf, repositoryImages, stackFrom } from '../stacks.ts';

// Several video bridges on several nodes.

const FURTHER =
  '[{name: north, node: node-2, address: 198.51.100.8}, {name: south, nodeSelector: {kubernetes.io/hostname: node-3, site: south}, udp: 10001}]';

const stack = (jvb: string, addresses = '{public: 198.51.100.7}', more = ''): Stack =>
  stackFrom(
    `schema: 2\nname: chat\nserverName: example.org\nexpose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}\njitsi: {access: password, jvb: ${jvb}}\ncallNodes: {nodeSelector: {kubernetes.io/hostname: node-1}, addresses: ${addresses}}\n${more}`,
  );

const one = stack('{}');
const three = stack(`{nodes: ${FURTHER}}`);

function pod(of: Stack, name: string): unknown {
  return dig(objectOf(of, 'Deployment', name), 'spec', 'template', 'spec');
}

function variable(of: Stack, name: string, which: string): unknown {
  const env = digList(pod(of, name), 'containers', 0, 'env');
  return dig(
    env.find((entry) => dig(entry, 'name') === which),
    'value',
  );
}

function environment(of: Stack, name: string): unknown {
  return dig(objectOf(of, 'ConfigMap', `${name}-env`), 'data');
}

function summary(of: Stack): string {
  return renderedOf(of).files.get('chat/SUMMARY.md') ?? '';
}

describe('more video bridges', () => {
  it('change nothing about the first one, so that it does not restart', () => {
    for (const kind of ['Deployment', 'Service']) {
      const name = kind === 'Service' ? 'jvb' : 'jitsi-jvb';
      expect(objectOf(three, kind, name)).toEqual(objectOf(one, kind, name));
    }
    expect(environment(three, 'jitsi-jvb')).toEqual(environment(one, 'jitsi-jvb'));
  });

  it('run on their own nodes, with their own ports and addresses', () => {
    expect(dig(pod(three, 'jitsi-jvb-north'), 'nodeSelector')).toEqual({
      'kubernetes.io/hostname': 'node-2',
    });
    expect(dig(pod(three, 'jitsi-jvb-south'), 'nodeSelector')).toEqual({
      'kubernetes.io/hostname': 'node-3',
      site: 'south',
    });
    const told = ['jitsi-jvb', 'jitsi-jvb-north', 'jitsi-jvb-south'].map((name) => [
      variable(three, name, 'JVB_ADVERTISE_IPS'),
      dig(environment(three, name), 'JVB_PORT'),
    ]);
    expect(told).toEqual([
      ['198.51.100.7', '10000'],
      ['198.51.100.8', '10000'],
      ['198.51.100.7', '10001'],
    ]);
    const ports = digList(pod(three, 'jitsi-jvb-south'), 'containers', 0, 'ports');
    expect(ports).toContainEqual({ name: 'media', containerPort: 10001, hostPort: 10001, protocol: 'UDP' });
  });

  it('are one role: one Service for all, one account, one meeting on one bridge', () => {
    const names = objectsOf(three).flatMap(({ manifest }) =>
      manifest.kind === 'Service' && manifest.metadata.name.includes('jvb') ? [manifest.metadata.name] : [],
    );
    expect(names).toEqual(['jvb']);
    expect(dig(objectOf(three, 'Service', 'jvb'), 'spec', 'selector')).toEqual({
      'app.kubernetes.io/component': 'jitsi-jvb',
      'app.kubernetes.io/instance': 'chat',
    });
    const readers = three.secrets.find(({ name }) => name === 'jitsi-secrets')?.keys[1]?.readers;
    expect(readers).toEqual(['jitsi-prosody', 'jitsi-jvb', 'jitsi-jvb-north', 'jitsi-jvb-south']);
    for (const name of ['jitsi-jvb', 'jitsi-jvb-north', 'jitsi-jicofo']) {
      expect(Object.keys(Object(environment(three, name)))).not.toContain('ENABLE_OCTO');
    }
  });

  it('are given what jitsi.jvb says for all, and read its Secrets', () => {
    const given = stack(
      `{nodes: ${FURTHER}, extraFiles: {/extra/ca.crt: {fromSecret: authority, key: ca.crt}}, env: {SENTRY_DSN: {fromSecret: authority, key: dsn}}}`,
      '{public: 198.51.100.7}',
      'secrets: {own: {authority: {ca.crt: {}, dsn: {}}}}\n',
    );
    const { findings, problems } = renderedOf(given);
    expect(findings).toEqual([]);
    expect(problems).toEqual([]);
    for (const name of ['jitsi-jvb', 'jitsi-jvb-south']) {
      expect(JSON.stringify(pod(given, name))).toContain('/extra/ca.crt');
      expect(JSON.stringify(pod(given, name))).toContain('SENTRY_DSN');
    }
    const keys = given.secrets.find(({ name }) => name === 'authority')?.keys ?? [];
    for (const { readers } of keys) {
      expect(readers).toEqual(['jitsi-jvb', 'jitsi-jvb-north', 'jitsi-jvb-south']);
    }
  });

  it('ask nobody for an address that is written', () => {
    const asked = stack(`{nodes: ${FURTHER}}`, '{discover: stun}');
    const stun = (name: string): unknown => dig(environment(asked, name), 'JVB_DISABLE_STUN');
    expect([stun('jitsi-jvb'), stun('jitsi-jvb-north'), stun('jitsi-jvb-south')]).toEqual(['0', '1', '0']);
    expect(variable(asked, 'jitsi-jvb-north', 'JVB_ADVERTISE_IPS')).toBe('198.51.100.8');
  });

  it('are warned of with an address out of an example, each where it is written', () => {
    const text = `schema: 2\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\njitsi:\n  access: password\n  jvb:\n    nodes:\n      - {name: a, node: node-2, address: 192.168.1.2}\n      - {name: b, node: node-3, address: 198.51.100.8}\ncallNodes: {nodeSelector: {kubernetes.io/hostname: node-1}}\n`;
    const { warnings, diagnostics } = loadStack('stacks/chat.yaml', text, repositoryImages());
    expect(diagnostics).toEqual([]);
    expect(warnings.map(({ code, position }) => [code, position.line])).toEqual([['MG095', 9]]);
  });

  it('have a row of the firewall for each node', () => {
    const text = summary(three);
    expect(text).toContain(
      '| 10000/udp | anywhere | nodes labelled `kubernetes.io/hostname=node-1` | Jitsi Videobridge: meeting traffic |',
    );
    expect(text).toContain(
      '| 10000/udp | anywhere | nodes labelled `kubernetes.io/hostname=node-2` | Jitsi Videobridge north: meeting traffic |',
    );
    expect(text).toContain(
      '| 10001/udp | anywhere | nodes labelled `kubernetes.io/hostname=node-3`, `site=south` | Jitsi Videobridge south: meeting traffic |',
    );
    expect(text).toContain('clients connect directly to 198.51.100.7, 198.51.100.8.');
  });
});
