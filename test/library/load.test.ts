import { readFileSync } from 'node:fs';
import { App, Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { diagnosticText, type LoadInput, load, MatrixChart, render, type Stack } from '../../index.ts';
import { resolved } from '../../unstable.ts';

const VERSIONS = readFileSync('versions.yaml', 'utf8');
const CHAT = `schema: 1
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
`;

const FILE = 'stacks/chat.yaml';
const errors = (input: LoadInput): readonly string[] => load(input).diagnostics.map(diagnosticText);

function stackOf(texts: LoadInput['texts']): Stack {
  const { stack, diagnostics } = load({ file: FILE, texts });
  if (stack === undefined) throw new Error(diagnostics.map(diagnosticText).join('\n'));
  return stack;
}

describe('load', () => {
  it('reads a stack with what it extends from memory, through folders and in bytes', () => {
    const stack = stackOf({
      [FILE]: `extends: shared/region/eu.yaml\n${CHAT}`,
      'stacks/shared/region/eu.yaml': Buffer.from('extends: ../base.yaml\nsize: large\n'),
      './stacks/shared/base.yaml': 'namespace: talk\nsize: small\n',
      'versions.yaml': VERSIONS,
    });
    expect(stack).toMatchObject({ name: 'chat', namespace: 'talk', serverName: 'example.org', file: FILE });
    expect(resolved(stack).size).toBe('large');
  });

  it('takes the files for programs from the texts, and says which are missing', () => {
    const files =
      'element: {extraFiles: {/app/a.svg: {file: files/a.svg}, /app/b.png: {file: files/b.png}}}\n';
    const texts = {
      [FILE]: CHAT + files,
      'stacks/files/a.svg': '<svg/>',
      './stacks/files/b.png': Uint8Array.of(0, 255),
    };
    const map = render(stackOf(texts)).objects.find(({ path }) => path === 'config/element-files.yaml');
    expect(map?.manifests).toMatchObject([
      { data: { 'app_a.svg': '<svg/>' }, binaryData: { 'app_b.png': 'AP8=' } },
    ]);
    expect(errors({ file: FILE, texts: { [FILE]: CHAT + files } })).toEqual([
      'stacks/chat.yaml:4:43 MG012: cannot read stacks/files/a.svg: it is missing in the texts; add it to them under this path',
      'stacks/chat.yaml:4:76 MG012: cannot read stacks/files/b.png: it is missing in the texts; add it to them under this path',
    ]);
  });

  it('says at its place what a file for a program must not hold', () => {
    const line = 'synapse: {extraFiles: {/r.yaml: {text: "as_token: 0123456789abcdef0123456789abcdef"}}}\n';
    const { diagnostics, findings } = render(stackOf({ [FILE]: CHAT + line }));
    expect(findings).toEqual([]);
    expect(diagnostics.map(diagnosticText)).toEqual([
      expect.stringMatching(
        /^stacks\/chat\.yaml:4:24 MG134: \/r\.yaml holds a plain secret at as_token \(MR008\); /,
      ),
    ]);
  });

  it('shows nothing else of a stack', () => {
    const stack = stackOf({ [FILE]: CHAT });
    expect(Object.keys(stack).sort()).toEqual(['file', 'name', 'namespace', 'serverName']);
    expect(Object.isFrozen(stack)).toBe(true);
  });

  it('takes the image versions of the package where there are none', () => {
    const { stack } = load({ file: FILE, texts: { [FILE]: CHAT } });
    const own = load({ file: FILE, texts: { [FILE]: CHAT, 'versions.yaml': VERSIONS } });
    if (stack === undefined || own.stack === undefined) throw new Error('not loaded');
    expect([...render(stack).files]).toEqual([...render(own.stack).files]);
  });

  it('says everything that is wrong at its place, in all of the files', () => {
    const texts = {
      [FILE]: `extends: shared/base.yaml\n${CHAT}`,
      'stacks/shared/base.yaml': 'size: tiny\n',
      'versions.yaml': VERSIONS.replace(/tag: .*/, 'tag: latest'),
    };
    const { stack, warnings } = load({ file: FILE, texts });
    expect({ stack, warnings }).toEqual({ stack: undefined, warnings: [] });
    expect(errors({ file: FILE, texts })).toEqual([
      expect.stringMatching(/^versions\.yaml:\d+:\d+ MG034: /),
      expect.stringMatching(/^stacks\/shared\/base\.yaml:1:7 MG005: size is "tiny"; /),
    ]);
  });

  it.each<[string, LoadInput, string]>([
    ['the stack file', { file: FILE, texts: {} }, 'stacks/chat.yaml:1:1 MG012: stacks/chat.yaml is missing'],
    [
      'what it extends',
      { file: FILE, texts: { [FILE]: `extends: base.yaml\n${CHAT}` } },
      'stacks/chat.yaml:1:10 MG008: cannot read stacks/base.yaml: it is missing in the texts',
    ],
    [
      'the versions that are named',
      { file: FILE, texts: { [FILE]: CHAT }, versions: 'my.yaml' },
      'my.yaml:1:1 MG012: my.yaml is missing',
    ],
    // A name of every object is not a file.
    ['a file called toString', { file: 'toString', texts: {} }, 'toString:1:1 MG012: toString is missing'],
  ])('says that %s is missing', (_, input, expected) => {
    expect(errors(input)).toEqual([expect.stringContaining(expected)]);
  });

  it('warns of what may not be meant', () => {
    const calls = 'livekit: {}\ncallNodes: {addresses: {public: 203.0.113.7}}\n';
    const text = `schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
${calls}`;
    expect(load({ file: FILE, texts: { [FILE]: text } })).toMatchObject({
      diagnostics: [],
      warnings: [{ code: 'MG095', position: { file: FILE, line: 5 } }],
    });
  });

  it('reads the ciphertext next to the file of the stack, and not that of others', () => {
    const wrong = 'kind: ConfigMap\n';
    const texts = { [FILE]: CHAT, 'stacks/other.secrets/x.yaml': wrong, 'stacks/chat.secrets/a.txt': wrong };
    expect(errors({ file: FILE, texts })).toEqual([]);
    expect(errors({ file: FILE, texts: { ...texts, 'stacks/chat.secrets/x.yaml': wrong } })).toEqual([
      expect.stringMatching(/^stacks\/chat\.secrets\/x\.yaml:1:\d+ MG06/),
    ]);
  });
});

describe('an override that does not fit', () => {
  const texts = {
    [FILE]: `${CHAT}overrides:
  - target: {kind: Deployment, name: nobody}
    patch: {spec: {replicas: 2}}
    why: a test
`,
  };

  it('is a diagnostic at its place', () => {
    const { diagnostics, findings } = render(stackOf(texts));
    expect(findings).toEqual([]);
    expect(diagnostics.map(diagnosticText)).toEqual([
      expect.stringMatching(/^stacks\/chat\.yaml:5:\d+ MG050: .*nobody/),
    ]);
  });

  it('stops a chart', () => {
    expect(() => new MatrixChart(new App(), 'matrix', stackOf(texts))).toThrow('stacks/chat.yaml:5:');
  });
});

it('gives the objects of dist/ as a chart', () => {
  const stack = stackOf({ [FILE]: CHAT });
  const chart = new MatrixChart(Testing.app(), 'matrix', stack);
  const all = render(stack).objects.flatMap(({ manifests }) => manifests);
  expect(Testing.synth(chart)).toEqual(JSON.parse(JSON.stringify(all)));
});
