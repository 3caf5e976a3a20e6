import { describe, expect, it } from 'vitest';
import { jitsi } from '../../charts/jitsi/declare.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import type { Workload } from '../../src/topology/topology.ts';
import { relay, withCallsIn, withParts } from '../parts.ts';
import { dig, digList, publicStack, renderedOf, stackFrom } from '../stacks.ts';

// A stack whose call pods are in a namespace of their own, as a whole: what it renders, and what it says of it.

const CALLS = 'livekit: {}\njitsi: {access: password}\ncallNodes: {addresses: {public: 198.51.100.7}}\n';
const LAN_NAMES = '{livekit: rtc.home.arpa, jitsi: meet.home.arpa}';

/** What {@link withCalls} gave, so that each is rendered once. */
const moved = new WeakMap<Stack, Stack>();

/** A stack with calls in `calls`, and a relay there that ends TLS itself. */
function withCalls(stack: Stack): Stack {
  const known = moved.get(stack) ?? withCallsIn('calls', withParts(stack, relay(stack)));
  moved.set(stack, known);
  return known;
}

const stacks = {
  'through Traefik': publicStack(),
  'through Traefik, with one Issuer': stackFrom(
    `schema: 1\nserverName: example.org\nexpose: {public: {via: traefik, tls: {issuer: {kind: Issuer, name: own, acme: http01}}}}\n${CALLS}`,
  ),
  'through a tunnel and, with a certificate that is given, on the local network': stackFrom(
    `schema: 1\nserverName: example.org\nexpose: {public: {via: tunnel, tunnel: {name: main, zone: example.org}}, lan: {tls: {secret: lan-tls}, names: ${LAN_NAMES}}}\n${CALLS}secrets: {provider: existing}\n`,
  ),
  'on the local network, with a store of Secrets': stackFrom(
    'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\nlivekit: {}\njitsi: {access: anyone}\nsecrets: {provider: external-secrets, store: {kind: SecretStore, name: vault}}\n',
  ),
} as const;

/** One that stays in the namespace of the stack. */
const OWN_CALL_POD: Workload = {
  kind: 'workload',
  id: 'other',
  role: 'other',
  instance: 'test',
  namespace: 'test',
  title: 'Other',
  hostNetwork: true,
  ports: [],
  at: ['livekit'],
};

function objects(stack: Stack, kind: string): readonly Manifest[] {
  return renderedOf(stack).objects.flatMap(({ manifests }) => manifests.filter((one) => one.kind === kind));
}

function text(stack: Stack, name: string): string {
  return renderedOf(stack).files.get(`${stack.name}/${name}`) ?? '';
}

/** `namespace/name` of objects. */
function ids(all: readonly Manifest[]): readonly string[] {
  return all.map(({ metadata: { namespace, name } }) => `${namespace ?? ''}/${name}`).sort();
}

describe.each(Object.entries(stacks))('calls in a namespace of their own, %s', (_name, whole) => {
  const stack = withCalls(whole);

  it('break no rule', () => {
    const { findings, problems } = renderedOf(stack);
    expect(findings).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('have their objects there, and no others', () => {
    const call = ids(objects(stack, 'Deployment')).filter((id) => id.startsWith('calls/'));
    expect(call).toEqual(['calls/jitsi-jvb', 'calls/livekit']);
    expect(ids(objects(stack, 'ConfigMap'))).toEqual(
      expect.arrayContaining(['calls/jitsi-config', 'calls/livekit-config', 'test/jitsi-config']),
    );
  });

  it('make only their own namespace privileged, and neither is ever pruned', () => {
    const levels = objects(stack, 'Namespace').map(({ metadata }) => [
      metadata.name,
      dig(metadata, 'labels', 'pod-security.kubernetes.io/enforce'),
      dig(metadata, 'annotations', 'kustomize.toolkit.fluxcd.io/prune'),
    ]);
    expect(levels).toEqual([
      ['test', 'restricted', 'disabled'],
      ['calls', 'privileged', 'disabled'],
    ]);
    expect(text(stack, 'SUMMARY.md')).toContain('so the namespace calls admits privileged pods;');
    expect(text(withParts(stack, { workloads: [OWN_CALL_POD] }), 'SUMMARY.md')).toContain(
      'so the namespaces test and calls admit privileged pods;',
    );
  });

  it('are told of every Secret in each namespace that reads it', () => {
    const summary = text(stack, 'SUMMARY.md');
    for (const namespace of ['calls', 'test']) {
      expect(summary).toContain(`| \`livekit-keys\` | ${namespace} |`);
      expect(summary).toContain(`| \`jitsi-secrets\` | ${namespace} |`);
    }
  });
});

describe('one host with routes into two namespaces', () => {
  const stack = withCalls(stacks['through Traefik']);
  const own = ({ metadata }: Manifest): boolean => metadata.name.startsWith('livekit-public');

  it('has an IngressRoute, a middleware and a certificate in each: Traefik looks nowhere else', () => {
    const both = ['calls/livekit-public', 'test/livekit-public'];
    expect(ids(objects(stack, 'IngressRoute').filter(own))).toEqual(both);
    expect(ids(objects(stack, 'Certificate').filter(own))).toEqual(both.map((id) => `${id}-tls`));
    expect(ids(objects(stack, 'Middleware'))).toEqual(['calls/hsts', 'test/hsts']);
    for (const { metadata, ...route } of objects(stack, 'IngressRoute')) {
      for (const one of digList(route, 'spec', 'routes')) {
        const name = dig(one, 'services', 0, 'name');
        expect(ids(objects(stack, 'Service'))).toContain(`${metadata.namespace}/${String(name)}`);
      }
    }
  });

  it('asks one issuer for both', () => {
    const issuers = objects(stack, 'Certificate')
      .filter(own)
      .map((one) => dig(one, 'spec', 'issuerRef', 'name'));
    expect(issuers).toEqual(['letsencrypt', 'letsencrypt']);
  });

  it('is told where an issuer works in one namespace only', () => {
    const asked = text(withCalls(stacks['through Traefik, with one Issuer']), 'SUMMARY.md');
    expect(asked.match(/^- The Issuer .*$/gm)).toEqual([
      '- The Issuer own has to exist in each of the namespaces test and calls, since it works only in its own namespace. A ClusterIssuer works in all.',
    ]);
    expect(text(stacks['through Traefik, with one Issuer'], 'SUMMARY.md')).not.toContain('has to exist in');
  });

  it('is told where a store of Secrets works in one namespace only', () => {
    const asked = text(withCalls(stacks['on the local network, with a store of Secrets']), 'SUMMARY.md');
    expect(asked).toContain('- The SecretStore vault has to exist in each of the namespaces test and calls,');
  });

  it('is in one TunnelBinding, in the order of the routes', () => {
    const through = stacks['through a tunnel and, with a certificate that is given, on the local network'];
    const [binding, ...others] = objects(withCalls(through), 'TunnelBinding');
    expect(others).toEqual([]);
    const targets = digList(binding, 'subjects').map((one) => dig(one, 'spec', 'target'));
    expect(targets).toContain('http://livekit.calls.svc.cluster.local:7880');
  });
});

describe('a certificate that is given, in two namespaces', () => {
  const stack = withCalls(
    stacks['through a tunnel and, with a certificate that is given, on the local network'],
  );

  it('is made by a command in each', () => {
    const secrets = text(stack, 'SECRETS.md');
    for (const namespace of ['test', 'calls']) {
      expect(secrets).toContain(`kubectl -n ${namespace} create secret tls lan-tls --cert=CHAIN.pem`);
    }
  });
});

describe('a host that leads to the call nodes', () => {
  it('has a record that leads past the tunnel, and is not proxied', () => {
    const through = stacks['through a tunnel and, with a certificate that is given, on the local network'];
    expect(text(withCalls(through), 'SUMMARY.md')).toContain(
      '| `relay.example.org` | A | the call nodes: 198.51.100.7 | you create it, as "DNS only": the Cloudflare proxy does not carry call traffic |',
    );
  });

  it('is the one name that call traffic needs', () => {
    const summary = text(withCalls(stacks['through Traefik']), 'SUMMARY.md');
    expect(summary).toContain('Apart from `relay.example.org`, call traffic needs no name: clients connect');
    expect(text(stacks['through Traefik'], 'SUMMARY.md')).toContain('\nCall traffic needs no name: clients');
  });

  it('is told what a challenge by HTTP needs there', () => {
    const asked = (stack: Stack) => text(withCalls(stack), 'SUMMARY.md');
    expect(asked(stacks['through Traefik'])).toContain(
      'The issuer letsencrypt may prove by HTTP-01 that relay.example.org is yours: the request goes to 80/tcp of the call nodes',
    );
    expect(asked(stacks['through Traefik, with one Issuer'])).toContain('The issuer own proves by HTTP-01');
  });
});

describe('the commands for accounts of Jitsi', () => {
  it('are for the namespace of Prosody', () => {
    const { topology } = stacks['through Traefik'];
    const workloads = topology.workloads.map((one) =>
      one.id === 'jitsi-prosody' ? { ...one, namespace: 'rooms', namespaceAt: ['jitsi'] } : one,
    );
    const services = topology.services.map((one) =>
      one.name === 'prosody' ? { ...one, namespace: 'rooms' } : one,
    );
    const stack = stacks['through Traefik'];
    const placed = { facts: stack, offers: stack.offers, topology: { ...topology, workloads, services } };
    const notes = stack.jitsi === undefined ? [] : (jitsi.notes?.(stack.jitsi, placed) ?? []);
    expect(JSON.stringify(notes)).toContain('kubectl -n rooms exec -it deploy/jitsi-prosody');
  });
});
