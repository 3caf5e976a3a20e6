import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { checkAcross, claimsOf } from '../../../charts/stack/checks/across.ts';
import { checkNamespace } from '../../../charts/stack/checks/names.ts';
import { checkSecretConfig } from '../../../charts/stack/checks/secret-config.ts';
import { assembleTopology, placed } from '../../../charts/stack/resolve.ts';
import { stackSchema } from '../../../charts/stack/schema.ts';
import { readYaml } from '../../../src/stack/reading/yaml-source.ts';
import type { SecretSpec } from '../../../src/system/secrets.ts';
import { withCallsIn } from '../../parts.ts';
import { stackFrom } from '../../stacks.ts';

const text = (name: string, serverName: string, more = ''): string => `schema: 1
name: ${name}
serverName: ${serverName}
expose: {lan: {tls: {secret: own}}}
livekit: {udp: ${name === 'chat' ? 7882 : 8882}, tcp: ${name === 'chat' ? 7881 : 8881}, signalling: ${name === 'chat' ? 7880 : 8880}, turn: {udp: ${name === 'chat' ? 3478 : 3479}, relay: ${name === 'chat' ? '41000-41999' : '42000-42999'}}}
${more}`;

/** What is said of a stack whose call pods are in a namespace. */
function said(namespace: string, more = ''): readonly string[] {
  const written = stackSchema.parse(load(text('chat', 'example.org', more)));
  const stack = withCallsIn(namespace, stackFrom(text('chat', 'example.org', more)));
  return checkNamespace(written, stack).map(
    ({ code, at, what, remedy }) => `${at.join('.')} ${code} ${what}; ${remedy}`,
  );
}

describe('a second namespace', () => {
  it('is one of the topology, with the field that decides it', () => {
    const { namespaces } = withCallsIn('calls', stackFrom(text('chat', 'example.org'))).topology;
    expect(namespaces).toEqual([
      { name: 'chat', at: ['namespace'] },
      { name: 'calls', at: ['callNamespace'] },
    ]);
  });

  it('needs a field that decides it', () => {
    const stack = stackFrom(text('chat', 'example.org'));
    const [workload] = stack.topology.workloads;
    if (workload === undefined) throw new Error('nothing runs');
    expect(() => assembleTopology(stack, [{ workloads: [{ ...workload, namespace: 'calls' }] }])).toThrow(
      'no field decides the namespace "calls"',
    );
  });

  it('has something that runs, wherever Secrets are', () => {
    const { topology, secrets } = withCallsIn('calls', stackFrom(text('chat', 'example.org')));
    expect(placed(topology, secrets)).toEqual(secrets);
    expect(() => placed(topology, [{ name: 'x', places: [{ namespace: 'lab' }], keys: [] }])).toThrow(
      'the Secret "x" is for the namespace "lab", where nothing runs',
    );
  });

  it('may be a namespace of its own, or that of the stack', () => {
    expect(said('calls')).toEqual([]);
    expect(said('chat')).toEqual([]);
  });

  it.each([
    ['kube-system', 'the cluster'],
    ['traefik', 'Traefik'],
    ['flux-system', 'Flux'],
    ['gitops', 'Flux', 'flux: {namespace: gitops}'],
  ])('cannot be %s', (namespace, owner, more = '') => {
    expect(said(namespace, more)).toEqual([
      `callNamespace MG028 the namespace "${namespace}" belongs to ${owner}; write callNamespace: with a name of its own, such as matrix`,
    ]);
  });
});

describe('a Secret of two namespaces', () => {
  it('can be a part of a configuration in the one of the stack, whichever comes first', () => {
    const more =
      'synapse: {extraSecretConfig: {a: {fromSecret: livekit-keys, key: keys.yaml}, b: {fromSecret: post, key: c}}}';
    const whole = text('chat', 'example.org', `${more}\nsecrets: {own: {post: {c: {}}}}\n`);
    const stack = withCallsIn('calls', stackFrom(whole));
    const keys = stack.secrets.find(({ name }) => name === 'livekit-keys');
    expect(keys?.places).toEqual([{ namespace: 'chat' }, { namespace: 'calls' }]);
    const turned = stack.secrets.map((one): SecretSpec => {
      const [first, ...others] = [...one.places].reverse();
      return first === undefined ? one : { ...one, places: [first, ...others] };
    });
    for (const secrets of [stack.secrets, turned]) {
      expect(checkSecretConfig(stackSchema.parse(load(whole)), { ...stack, secrets })).toEqual([]);
    }
  });
});

/** `field CODE what; remedy` of the clashes between two stacks, each with its calls in a namespace. */
function clashes(first: string, second: string, more = ''): readonly string[] {
  const claims = [
    ['chat', 'example.org', first, ''],
    ['talk', 'example.net', second, more],
  ].map(([name = '', serverName = '', calls = '', added = '']) => {
    const whole = text(name, serverName, added);
    const { source } = readYaml(`stacks/${name}.yaml`, whole);
    if (source === undefined) throw new Error('not YAML');
    const stack = withCallsIn(calls, stackFrom(whole, `stacks/${name}.yaml`));
    return claimsOf(stackSchema.parse(load(whole)), stack, source);
  });
  return checkAcross(claims).map(
    ({ diagnostic: { code, what, remedy, position } }) =>
      `${position.line}:${position.column} ${code} ${what}; ${remedy}`,
  );
}

describe('the namespaces of two stacks', () => {
  it('go together where each is used once', () => {
    expect(clashes('chat-calls', 'talk-calls')).toEqual([]);
  });

  it.each([
    ['the second of both', 'calls', 'calls', '', 'calls', 'callNamespace'],
    ['the second of one, the own of the other', 'talk', 'talk', '', 'talk', 'namespace'],
    ['the own of one, the second of the other', 'chat', 'chat', 'namespace: lab', 'chat', 'callNamespace'],
  ])('cannot be the same: %s', (_name, first, second, more, clash, field) => {
    const found = clashes(first, second, more);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`MG040 the namespace "${clash}" is already used by stacks/chat.yaml`);
    expect(found[0]).toMatch(new RegExp(`; write a different ${field}: in one of them$`));
  });
});
