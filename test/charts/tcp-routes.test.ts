import { describe, expect, it } from 'vitest';
import { certificates } from '../../charts/stack/certificates.ts';
import { checkRoutes } from '../../charts/stack/checks/routes.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { exposure } from '../../src/rules/exposure.ts';
import type { Parts } from '../../src/system/component.ts';
import { summaryText } from '../../src/texts/summary.ts';
import type { TcpRoute } from '../../src/topology/topology.ts';
import { withParts } from '../parts.ts';
import { chartedOf, publicStack, stackFrom } from '../stacks.ts';

/** A program behind an entrance that speaks something else than HTTP. */
function speaker(stack: Stack, endsTls: TcpRoute['endsTls'], otherwise?: string): Parts {
  const { namespace } = stack;
  const group = 'speaker';
  return {
    workloads: [
      {
        kind: 'workload',
        id: 'speaker',
        role: 'speaker',
        instance: stack.name,
        namespace,
        title: 'Speaker',
        hostNetwork: false,
        ports: [{ name: 'talk', number: 7000, protocol: 'TCP', on: 'pod' }],
        at: ['livekit'],
      },
    ],
    services: [
      { name: 'speaker', namespace, selects: { id: 'speaker' }, ports: [{ number: 70, to: 'talk' }] },
    ],
    hosts: [
      {
        host: 'talk.example.org',
        door: 'public',
        at: ['livekit', 'host'],
        component: 'livekit',
        leadsTo: 'entrance',
        certificate:
          endsTls === 'entrance' ? { group } : { group, readers: ['speaker'], sourceAt: ['livekit', 'tls'] },
      },
    ],
    tcpRoutes: [
      {
        door: 'public',
        host: 'talk.example.org',
        to: { service: 'speaker', namespace, port: 70 },
        endsTls,
        carries: 'Talk',
        at: ['livekit', 'tls'],
        ...(otherwise === undefined ? {} : { otherwise }),
        group,
      },
    ],
  };
}

const speaking = (endsTls: TcpRoute['endsTls']): Stack =>
  withParts(publicStack(), speaker(publicStack(), endsTls));

function objectsOf(stack: Stack): readonly unknown[] {
  return chartedOf(stack).flatMap(({ path, manifests }) =>
    path === 'networking/speaker-ingress.yaml' ? manifests : [],
  );
}

describe('a host whose connections are passed on whole', () => {
  it('has TLS ended by Traefik, with the certificate of its door', () => {
    expect(objectsOf(speaking('entrance'))).toMatchObject([
      { kind: 'Certificate', spec: { secretName: 'speaker-public-tls', dnsNames: ['talk.example.org'] } },
      {
        kind: 'IngressRouteTCP',
        metadata: { name: 'speaker-public' },
        spec: {
          entryPoints: ['websecure'],
          routes: [{ match: 'HostSNI(`talk.example.org`)', services: [{ name: 'speaker', port: 70 }] }],
          tls: { secretName: 'speaker-public-tls' },
        },
      },
    ]);
  });

  it('has TLS passed through to the program, which reads the certificate', () => {
    const stack = speaking('program');
    const [certificate, route] = objectsOf(stack);
    expect(certificate).toMatchObject({ kind: 'Certificate', spec: { dnsNames: ['talk.example.org'] } });
    expect(route).toMatchObject({ spec: { tls: { passthrough: true } } });
    expect(JSON.stringify(route)).not.toContain('secretName');
    const readers = certificates(stack, stack.topology).find(({ group }) => group === 'speaker')?.readers;
    expect(readers).toEqual(['speaker']);
  });

  it('is in the tables and the diagram of SUMMARY.md', () => {
    const stack = speaking('program');
    const text = summaryText(
      stack,
      chartedOf(stack).flatMap(({ manifests }) => manifests),
      [],
    );
    expect(text).toContain('| `talk.example.org` | Talk over TLS, passed through | Speaker | Traefik |');
    expect(text).toContain("| `talk.example.org` | A | Traefik's public address | you create it |");
    expect(text).toContain('traefik -->|7000/tcp| speaker');
  });

  it('is read back from its object, so that an override cannot hide what it opens', () => {
    const files = chartedOf(speaking('program'));
    const { routes, newRoutes } = exposure(files, []);
    const found = routes.filter(({ hosts }) => hosts.includes('talk.example.org'));
    expect(found).toMatchObject([{ to: 'test/speaker:70', match: 'HostSNI(`talk.example.org`)' }]);
    expect(found[0]?.passes('talk.example.org', '/anything')).toBe(true);
    expect(found[0]?.passes('other.example.org', '/anything')).toBe(false);
    expect(newRoutes).toHaveLength(routes.length);
  });

  it('cannot come through an entrance for HTTP only', () => {
    const tunnelled = stackFrom(
      'schema: 1\nserverName: example.org\nexpose: {public: {via: tunnel, tunnel: {name: main, zone: example.org}}}\n',
    );
    const written = { schema: 1, serverName: 'example.org', expose: { public: { via: 'tunnel' } } } as const;
    const found = (otherwise?: string) =>
      checkRoutes(written, withParts(tunnelled, speaker(tunnelled, 'entrance', otherwise)));
    expect(found('write livekit.tls: there')).toEqual([
      {
        code: 'MG210',
        at: ['livekit', 'tls'],
        other: ['expose', 'public'],
        what: 'Talk connections to "talk.example.org" are not HTTP, and a tunnel carries only HTTP',
        remedy: 'write livekit.tls: there, or write via: traefik in expose.public',
      },
    ]);
    expect(found().map(({ remedy }) => remedy)).toEqual(['write via: traefik in expose.public']);
    expect(checkRoutes(written, speaking('entrance'))).toEqual([]);
  });
});
