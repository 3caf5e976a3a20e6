import { describe, expect, it } from 'vitest';
import { checkAcross } from '../../../charts/stack/checks/across.ts';
import { loadStack } from '../../../charts/stack/load.ts';
import { repositoryImages } from '../../stacks.ts';

const images = repositoryImages();

/** A stack file; `more` adds keys. */
function file(serverName: string, more = ''): string {
  return `schema: 1
serverName: ${serverName}
expose: {lan: {tls: {secret: lan-tls}, names: {synapse: m-${serverName}}}}
${more}`;
}

/** `file:line:column CODE what` of every clash between stacks/a.yaml, stacks/b.yaml and so on. */
function clashes(...texts: readonly string[]): readonly string[] {
  const claims = texts.map((text, index) => {
    const loaded = loadStack(`stacks/${'abcdef'[index]}.yaml`, text, images);
    if (loaded.claims === undefined) throw new Error(JSON.stringify(loaded.diagnostics));
    return loaded.claims;
  });
  return checkAcross(claims).map(({ diagnostic: { position, code, what } }) =>
    [`${position.file}:${position.line}:${position.column}`, code, what].join(' '),
  );
}

describe('two stacks', () => {
  it('go together when they share nothing', () => {
    expect(clashes(file('example.org', 'jitsi: {access: anyone}'), file('example.net'))).toEqual([]);
  });

  it('cannot have one name', () => {
    expect(clashes(file('example.org', 'name: chat'), file('example.net', 'name: chat'))).toEqual([
      'stacks/b.yaml:4:7 MG040 the name "chat" is already used by stacks/a.yaml (the other place is stacks/a.yaml:4:7)',
    ]);
  });

  it('cannot have one namespace, by default or written', () => {
    expect(clashes(file('example.org'), file('example.net', 'namespace: a'))).toEqual([
      'stacks/b.yaml:4:12 MG040 the namespace "a" is already used by stacks/a.yaml (the other place is stacks/a.yaml:1:1)',
    ]);
  });

  it('cannot have one host, told once for all hosts that one field decides', () => {
    expect(clashes(file('example.org', 'element: {}'), file('example.org', 'element: {}'))).toEqual([
      'stacks/b.yaml:2:13 MG041 the hosts "matrix.example.org", "example.org", "element.example.org" already belong to stacks/a.yaml (the other place is stacks/a.yaml:2:13)',
      'stacks/b.yaml:3:57 MG041 the host "m-example.org" already belongs to stacks/a.yaml (the other place is stacks/a.yaml:3:57)',
    ]);
  });

  it('cannot have one host, on whichever door', () => {
    const second = file('example.net', 'synapse: {host: m-example.org}');
    expect(clashes(file('example.org'), second)).toEqual([
      'stacks/b.yaml:4:17 MG041 the host "m-example.org" already belongs to stacks/a.yaml (the other place is stacks/a.yaml:3:57)',
    ]);
  });

  it('cannot open one port on any node', () => {
    const jitsi = 'jitsi: {access: anyone, udp: 10000}';
    expect(clashes(file('example.org', jitsi), file('example.net', 'jitsi: {access: anyone}'))).toEqual([
      'stacks/b.yaml:4:1 MG042 UDP 10000 on any node is already opened by stacks/a.yaml (the other place is stacks/a.yaml:4:30)',
    ]);
  });

  it('can open other ports on one node', () => {
    const second = file('example.net', 'jitsi: {access: anyone, udp: 10001}');
    expect(clashes(file('example.org', 'jitsi: {access: anyone}'), second)).toEqual([]);
  });

  it('are told every port at once', () => {
    const [text, ...more] = clashes(file('example.org', 'livekit: {}'), file('example.net', 'livekit: {}'));
    expect(text).toMatch(
      /MG042 TCP 7880, TCP 7881, UDP 7882, UDP 3478, UDP 41000-41999 on any node are already opened by stacks\/a\.yaml/,
    );
    expect(more).toEqual([]);
  });

  it('can run LiveKit on one node, each on ports of its own', () => {
    const own = 'livekit: {udp: 8882, tcp: 8881, signalling: 8880, turn: {udp: 3479, relay: 42000-42999}}';
    expect(clashes(file('example.org', 'livekit: {}'), file('example.net', own))).toEqual([]);
  });

  it('are told which settings would do', () => {
    const texts = [file('example.org', 'livekit: {}'), file('example.net', 'livekit: {}')];
    const [clash] = checkAcross(
      texts.flatMap((text, index) => loadStack(`stacks/${index}.yaml`, text, images).claims ?? []),
    );
    expect(clash?.diagnostic.remedy).toBe(
      'write different labels at callNodes.nodeSelector in one of them, or different ports at livekit.signalling and livekit.tcp and livekit.udp and livekit.turn.udp and livekit.turn.relay',
    );
  });

  it("cannot have two video bridges on the node's own network, whose REST port is fixed", () => {
    const bridge = (udp: number): string => `jitsi: {access: anyone, attach: hostNetwork, udp: ${udp}}`;
    expect(clashes(file('example.org', bridge(10000)), file('example.net', bridge(10001)))).toEqual([
      'stacks/b.yaml:4:33 MG042 TCP 8080 on any node is already opened by stacks/a.yaml (the other place is stacks/a.yaml:4:33)',
    ]);
  });

  it.each([
    ['the same labels', '{calls: one}', '{calls: one}', true],
    ['other labels', '{calls: one}', '{calls: two}', false],
    ['one label of another value among others', '{calls: one, zone: a}', '{calls: two, zone: a}', false],
    ['no labels beside some', '{}', '{calls: one}', true],
    ['fewer of the same labels', '{calls: one}', '{calls: one, zone: a}', true],
    ['labels that need not meet', '{calls: one}', '{zone: a}', false],
  ])('with %s of call nodes', (_name, first, second, meet) => {
    const stack = (serverName: string, labels: string): string =>
      file(serverName, `livekit: {}\ncallNodes: {nodeSelector: ${labels}}`);
    const found = clashes(stack('example.org', first), stack('example.net', second));
    expect(found.map((text) => text.includes('MG042'))).toEqual(meet ? [true] : []);
  });
});

it('tells each of many stacks once, against the first', () => {
  const found = clashes(file('example.org'), file('example.org'), file('example.org'));
  expect(
    found.filter((text) => text.startsWith('stacks/c.yaml')).every((text) => text.includes('stacks/a.yaml')),
  ).toBe(true);
});
