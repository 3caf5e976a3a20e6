import { describe, expect, it } from 'vitest';
import { type LoadedStack, loadStack } from '../../charts/stack/load.ts';
import { sharedFiles } from '../../src/stack/extends.ts';
import { repositoryImages } from '../stacks.ts';

const images = repositoryImages();

const BASE = `schema: 1
cluster: {storageClass: fast}
expose:
  lan:
    tls: {issuer: {name: home-ca}}
livekit:
  host: rtc.example.org
  udp: 7990
callNodes:
  tolerations: [{key: calls}]
`;

/** Loads stacks/chat.yaml beside other files, by their paths. */
function loaded(text: string, others: Readonly<Record<string, string>> = {}): LoadedStack {
  const files: Readonly<Record<string, string>> = { 'stacks/shared/base.yaml': BASE, ...others };
  const shared = sharedFiles((path) => {
    const found = files[path];
    return found === undefined ? { problem: 'it does not exist' } : { text: found };
  });
  return loadStack('stacks/chat.yaml', text, images, shared);
}

/** `file:line:column CODE what` of everything wrong. */
function errors({ diagnostics }: LoadedStack): readonly string[] {
  return diagnostics.map(({ position: { file, line, column }, code, what }) =>
    [`${file}:${line}:${column}`, code, what].join(' '),
  );
}

describe('a stack file that extends another', () => {
  it('takes over its keys, which alone would be no stack', () => {
    const { value, diagnostics } = loaded('extends: shared/base.yaml\nserverName: example.org\n');
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({
      name: 'chat',
      cluster: { storageClass: 'fast' },
      livekit: { host: 'rtc.example.org', udp: { first: 7990 } },
    });
  });

  it.each(['shared/a b.yaml', 'shared/-x.yaml', 'shared/\u{202e}x.yaml', 'shared/-->.yaml'])(
    'is told at its place when the name of that file is not valid: %s',
    (path) => {
      const found = loaded(`serverName: example.org\nextends: ${JSON.stringify(path)}\n`, {
        [`stacks/${path}`]: BASE,
      });
      expect(errors(found)).toEqual([expect.stringContaining('stacks/chat.yaml:2:10 MG043 the file name "')]);
    },
  );

  it('merges groups key by key, and replaces single values and lists', () => {
    const { value } = loaded(`extends: shared/base.yaml
serverName: example.org
cluster: {domain: k8s.home}
livekit: {udp: 7991}
callNodes: {tolerations: [{key: media}]}
`);
    expect(value).toMatchObject({
      cluster: { storageClass: 'fast', domain: 'k8s.home' },
      livekit: { host: 'rtc.example.org', udp: { first: 7991 } },
      callNodes: { tolerations: [{ key: 'media' }] },
    });
  });

  it.each(['null', '~', 'Null'])('leaves out with %s what is inherited', (word) => {
    const { value } = loaded(`extends: shared/base.yaml
serverName: example.org
livekit: {host: ${word}}
callNodes: ${word}
`);
    expect(value?.livekit).toMatchObject({ host: 'rtc.example.org', udp: { first: 7990 } });
    expect(value?.callNodes.tolerations).toEqual([]);
    const without = loaded(`extends: shared/base.yaml\nserverName: example.org\nlivekit: ${word}\n`);
    expect(without.value?.livekit).toBeUndefined();
  });

  it('is told how to remove the inherited one of two keys that exclude each other', () => {
    const { diagnostics } = loaded(
      'extends: shared/base.yaml\nserverName: example.org\nexpose: {lan: {tls: {secret: x}}}\n',
    );
    expect(diagnostics).toMatchObject([
      {
        code: 'MG006',
        position: { file: 'stacks/chat.yaml', line: 3 },
        remedy:
          'write exactly one of issuer, secret; to remove what stacks/shared/base.yaml:5 says, write issuer: null below expose.lan.tls in stacks/chat.yaml',
      },
    ]);
    const asTold = 'extends: shared/base.yaml\nserverName: example.org\n';
    expect(errors(loaded(`${asTold}expose: {lan: {tls: {secret: x, issuer: null}}}\n`))).toEqual([]);
    const here = 'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: x, issuer: {name: y}}}}\n';
    expect(loaded(here).diagnostics[0]?.remedy).toBe('write exactly one of issuer, secret');
  });

  it('does not take a key with nothing behind it for null', () => {
    expect(errors(loaded('extends: shared/base.yaml\nserverName: example.org\nlivekit:\n'))).toEqual([
      'stacks/chat.yaml:3:1 MG004 livekit is empty',
    ]);
  });

  it('takes the later of several files, and itself over all', () => {
    const { value } = loaded('extends: [shared/base.yaml, shared/big.yaml]\nserverName: example.org\n', {
      'stacks/shared/big.yaml': 'size: large\nlivekit: {udp: 8000}\n',
    });
    expect(value).toMatchObject({ size: 'large', livekit: { udp: { first: 8000 } } });
    const own = loaded(
      'extends: [shared/base.yaml, shared/big.yaml]\nserverName: example.org\nsize: medium\n',
      {
        'stacks/shared/big.yaml': 'size: large\n',
      },
    );
    expect(own.value?.size).toBe('medium');
  });

  it('follows a chain, each path counted from the file that says it', () => {
    const { value, diagnostics } = loaded('extends: shared/region/eu.yaml\nserverName: example.org\n', {
      'stacks/shared/region/eu.yaml': 'extends: ../base.yaml\nsize: medium\n',
    });
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({ size: 'medium', cluster: { storageClass: 'fast' } });
  });

  it('may reach one file by two ways, and may extend an empty one', () => {
    const { diagnostics } = loaded(
      'extends: [shared/a.yaml, shared/b.yaml, shared/empty.yaml]\nserverName: example.org\n',
      {
        'stacks/shared/a.yaml': 'extends: base.yaml\n',
        'stacks/shared/b.yaml': 'extends: base.yaml\n',
        'stacks/shared/empty.yaml': '# nothing yet\n',
      },
    );
    expect(diagnostics).toEqual([]);
  });
});

describe('what is wrong with a stack and what it extends', () => {
  it('is told where it is written', () => {
    const wrong = loaded('extends: shared/wrong.yaml\nserverName: example.org\nlivekit: {udp: 80}\n', {
      'stacks/shared/wrong.yaml': 'extends: base.yaml\nsize: tiny\nelement: {thema: dark}\n',
    });
    expect(errors(wrong)).toEqual([
      'stacks/chat.yaml:3:16 MG005 livekit.udp is 80',
      'stacks/shared/wrong.yaml:2:7 MG005 size is "tiny"',
      'stacks/shared/wrong.yaml:3:11 MG002 unknown key "thema" in element',
    ]);
  });

  it('names places in two files when two files contradict each other', () => {
    expect(
      errors(
        loaded('extends: shared/base.yaml\nserverName: example.org\nelement: {host: rtc.example.org}\n'),
      ),
    ).toEqual([
      'stacks/shared/base.yaml:7:9 MG020 "rtc.example.org" is the host of element.host and of livekit.host (the other place is stacks/chat.yaml:3:17)',
    ]);
  });

  it('is told at the stack for what nobody says', () => {
    expect(errors(loaded('extends: shared/base.yaml\n'))).toEqual([
      'stacks/chat.yaml:1:1 MG003 "serverName" is missing',
    ]);
  });

  it('is told at the word null for what that left out', () => {
    expect(errors(loaded('extends: shared/base.yaml\nserverName: example.org\nexpose: null\n'))).toEqual([
      'stacks/chat.yaml:3:9 MG003 "expose" is missing',
    ]);
  });

  it('does not include what a missing file could hold', () => {
    expect(errors(loaded('extends: shared/none.yaml\nsize: tiny\n'))).toEqual([
      'stacks/chat.yaml:1:10 MG008 cannot read stacks/shared/none.yaml: it does not exist',
      'stacks/chat.yaml:2:7 MG005 size is "tiny"',
    ]);
  });

  it('points at the item of a list that names a missing file', () => {
    expect(
      errors(loaded('extends:\n  - shared/base.yaml\n  - shared/none.yaml\nserverName: example.org\n')),
    ).toEqual(['stacks/chat.yaml:3:5 MG008 cannot read stacks/shared/none.yaml: it does not exist']);
  });

  it('names a circle', () => {
    const round = loaded('extends: shared/a.yaml\nserverName: example.org\n', {
      'stacks/shared/a.yaml': 'extends: b.yaml\n',
      'stacks/shared/b.yaml': 'size: small\nextends: a.yaml\n',
    });
    expect(errors(round)).toEqual([
      'stacks/shared/b.yaml:2:10 MG009 stacks/shared/a.yaml extends stacks/shared/b.yaml extends stacks/shared/a.yaml: a circle',
    ]);
  });

  it.each([['no YAML', 'size: [\n', 'stacks/shared/odd.yaml:2:1 MG001']])(
    'points into a shared file that is %s',
    (_name, text, place) => {
      const [first, ...more] = errors(
        loaded('extends: shared/odd.yaml\nserverName: example.org\n', { 'stacks/shared/odd.yaml': text }),
      );
      expect(first).toMatch(new RegExp(`^${place} `));
      expect(more).toEqual([]);
    },
  );

  it('includes an extends that is misspelt in a shared file, and follows it', () => {
    const wrong = loaded('extends: shared/a.yaml\nserverName: example.org\n', {
      'stacks/shared/a.yaml': 'extend: base.yaml\n',
    });
    expect(errors(wrong)).toEqual(['stacks/shared/a.yaml:1:1 MG002 unknown key "extend"']);
  });

  it('includes null for a key that is not inherited: it may be misspelt', () => {
    expect(errors(loaded('extends: shared/base.yaml\nserverName: example.org\nlivkit: null\n'))).toEqual([
      expect.stringContaining('stacks/chat.yaml:3:1 MG002 unknown key "livkit"'),
    ]);
  });
});

it('reads each shared file once, however many stacks extend it', () => {
  const asked: string[] = [];
  const shared = sharedFiles((path) => {
    asked.push(path);
    return { text: BASE };
  });
  for (const name of ['a', 'b', 'c']) {
    const text = `extends: shared/base.yaml\nserverName: ${name}.example.org\n`;
    expect(loadStack(`stacks/${name}.yaml`, text, images, shared).diagnostics).toEqual([]);
  }
  expect(asked).toEqual(['stacks/shared/base.yaml']);
});

describe('a file that is extended and holds no part of a stack', () => {
  it.each([
    ['- size: small\n', 'a list'],
    ['small\n', 'a single value'],
    ['apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n', 'a Kubernetes manifest (Secret)'],
    ['synapse: {repository: docker.io/a/b, tag: v1}\n', 'a list of image versions'],
  ])('%j is one error, where it is named', (text, what) => {
    const stack = 'serverName: example.org\nextends: [shared/base.yaml, shared/odd.yaml]\n';
    expect(errors(loaded(stack, { 'stacks/shared/odd.yaml': text }))).toEqual([
      `stacks/chat.yaml:2:29 MG091 stacks/shared/odd.yaml is ${what}, not part of a stack file`,
    ]);
  });
});
