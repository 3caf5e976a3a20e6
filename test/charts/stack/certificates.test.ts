import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { certificates } from '../../../charts/stack/certificates.ts';
import { checkCertificates } from '../../../charts/stack/checks/certificates.ts';
import { checkEntrances, checkTlsSecrets } from '../../../charts/stack/checks/exposure.ts';
import { checkOwnSecrets } from '../../../charts/stack/checks/own-secrets.ts';
import { madeCertificates } from '../../../charts/stack/made-elsewhere.ts';
import type { StackFile } from '../../../charts/stack/schema.ts';
import { stackSchema } from '../../../charts/stack/schema.ts';
import type { Stack } from '../../../charts/stack/stack.ts';
import type { Parts } from '../../../src/system/component.ts';
import { served } from '../../../src/topology/topology.ts';
import { relay, withCallsIn, withParts } from '../../parts.ts';
import { publicStack, stackFrom } from '../../stacks.ts';

const TUNNEL = `schema: 1
serverName: example.org
expose: {public: {via: tunnel, tunnel: {name: main, zone: example.org}}}
callNodes: {addresses: {public: 198.51.100.7}}
`;

/** Certificates of a group: door, hosts, namespaces, readers. */
function ofGroup(stack: Stack, group: string): readonly unknown[] {
  return certificates(stack, stack.topology)
    .filter((one) => one.group === group)
    .map(({ secret, hosts, namespaces, readers }) => [
      secret,
      hosts.join(),
      namespaces.join(),
      readers.join(),
    ]);
}

describe('the certificate for a host', () => {
  it('is needed where routes of the host lead, in the namespace of the stack first', () => {
    const stack = publicStack();
    expect(ofGroup(stack, 'livekit')).toEqual([['livekit-public-tls', 'rtc.example.org', 'test', 'traefik']]);
    expect(ofGroup(withCallsIn('calls', stack), 'livekit')).toEqual([
      ['livekit-public-tls', 'rtc.example.org', 'test,calls', 'traefik'],
    ]);
  });

  it('is needed where pods read it, when the host leads to the call nodes', () => {
    const stack = withParts(publicStack(), relay(publicStack()));
    const name = ['relay-public-tls', 'relay.example.org'];
    expect(ofGroup(stack, 'relay')).toEqual([[...name, 'test', 'relay']]);
    expect(ofGroup(withCallsIn('calls', stack), 'relay')).toEqual([[...name, 'calls', 'relay']]);
  });

  it('comes from the issuer of its door, or from one of its own', () => {
    const sources = (more: Parameters<typeof relay>[1]) => {
      const stack = withParts(publicStack(), relay(publicStack(), more));
      return certificates(stack, stack.topology).flatMap(({ group, source }) =>
        group === 'relay' ? [source] : [],
      );
    };
    const own = { issuer: { kind: 'Issuer', name: 'own' } } as const;
    expect(sources({})).toEqual([{ issuer: { kind: 'ClusterIssuer', name: 'letsencrypt' } }]);
    expect(sources({ source: own })).toEqual([own]);
    expect(sources({ isEncrypted: false })).toEqual([]);
  });

  it('is of a group whose hosts all get theirs from one place', () => {
    const stack = publicStack();
    const own = relay(stack, { source: { secret: 'own' } });
    const hosts = [...(own.hosts ?? []), ...(relay(stack).hosts ?? [])];
    expect(() => withParts(stack, { ...own, hosts })).toThrow('the group "relay"');
  });

  it('is made for cert-manager in the namespaces that need it, so that only there its name is taken', () => {
    const made = (stack: Stack) => madeCertificates(stack, stack.topology).map(({ name }) => name);
    const stack = withParts(publicStack(), relay(publicStack()));
    expect(made(stack)).toContain('relay-public-tls');
    expect(made(withCallsIn('calls', stack))).not.toContain('relay-public-tls');
    expect(made(withCallsIn('calls', stack))).toContain('livekit-public-tls');
  });

  it('leads no route to the call nodes', () => {
    const { topology } = withParts(publicStack(), relay(publicStack()));
    expect(() => served(topology, { host: 'relay.example.org', door: 'public' })).toThrow(
      'leads to the call nodes',
    );
  });
});

/** A stack through a tunnel with a relay, and its file with these keys of the relay. */
function through(text: string, own: object, parts: (stack: Stack) => Parts): [StackFile, Stack] {
  const stack = stackFrom(text);
  const written: StackFile = Object.assign(stackSchema.parse(load(text)), { relay: own });
  return [written, withParts(stack, parts(stack))];
}

describe('a host of the call nodes behind a tunnel', () => {
  it('needs somebody who gives the certificate', () => {
    expect(checkCertificates(...through(TUNNEL, {}, relay))).toEqual([
      {
        code: 'MG150',
        at: ['relay', 'tls'],
        other: ['expose', 'public'],
        what: 'the host "relay.example.org" leads to the call nodes and needs a certificate, but expose.public goes through a tunnel, which provides none',
        remedy:
          'write relay.tls: {issuer: {name: …}} for one from cert-manager, or {secret: …} for one of your own',
      },
    ]);
  });

  it('needs nobody without TLS, or with a certificate of its own', () => {
    const own = { issuer: { name: 'own' } };
    const source = { issuer: { kind: 'ClusterIssuer', name: 'own' } } as const;
    expect(
      checkCertificates(...through(TUNNEL, {}, (stack) => relay(stack, { isEncrypted: false }))),
    ).toEqual([]);
    const [written, stack] = through(TUNNEL, { tls: own }, (one) => relay(one, { source }));
    expect(checkCertificates(written, stack)).toEqual([]);
    expect(ofGroup(stack, 'relay')).toEqual([['relay-public-tls', 'relay.example.org', 'test', 'relay']]);
  });

  it.each([
    ['both', { issuer: { name: 'own' }, secret: 'own' }, 'relay.tls has issuer and secret at once'],
    ['neither', {}, 'relay.tls has neither issuer nor secret'],
  ])('has one source, not %s', (_name, tls, what) => {
    const found = checkCertificates(...through(TUNNEL, { tls }, relay));
    expect(found).toMatchObject([{ code: 'MG006', what }]);
  });

  it('does not go through the tunnel, so that neither zone nor edge certificate have to cover it', () => {
    const elsewhere = (stack: Stack): Parts => ({
      ...relay(stack),
      hosts: (relay(stack).hosts ?? []).map((one) => ({ ...one, host: 'relay.deep.below.example.net' })),
    });
    expect(checkEntrances(...through(TUNNEL, { host: 'relay.deep.below.example.net' }, elsewhere))).toEqual(
      [],
    );
  });
});

describe('a Secret that is named for a host of the call nodes', () => {
  const named = (secret: string) => (stack: Stack) => relay(stack, { source: { secret } });

  it('cannot hold other things of the stack', () => {
    const [written, stack] = through(
      TUNNEL,
      { tls: { secret: 'synapse-secrets' } },
      named('synapse-secrets'),
    );
    expect(checkTlsSecrets(written, stack)).toMatchObject([
      { code: 'MG030', at: ['relay', 'tls', 'secret'] },
    ]);
  });

  it('cannot be one of the operator’s own', () => {
    const text = `${TUNNEL}secrets: {own: {relay-tls: {a: {}}}}\n`;
    const [written, stack] = through(text, { tls: { secret: 'relay-tls' } }, named('relay-tls'));
    expect(checkOwnSecrets(written, stack)).toMatchObject([
      { code: 'MG100', at: ['secrets', 'own', 'relay-tls'], other: ['relay', 'tls', 'secret'] },
    ]);
  });
});
