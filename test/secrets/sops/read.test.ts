import { beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { openSopsFile } from '../../../src/secrets/sops/file.ts';
import { readSopsFile } from '../../../src/secrets/sops/read.ts';
import { type FreshKey, freshKey } from '../keys.ts';
import { MANIFEST, refused, sample, withLine } from './files.ts';

let key: FreshKey;
let text: string;
beforeAll(async () => {
  key = await freshKey();
  text = await sample(key);
});

const PLAIN = `# a Secret as people write it
apiVersion: v1
kind: Secret
metadata:
  name: synapse
stringData:
  one: canary 1
`;

describe('without a key', () => {
  it('a file tells what it is, who opens it and what it holds', () => {
    expect(readSopsFile(text)).toEqual({
      manifest: MANIFEST,
      keys: ['one', 'two'],
      recipients: [key.recipient],
      lastModified: '2026-01-31T12:34:56Z',
    });
  });

  it('a file may be indented and commented as sops does, and hold the empty lists of older releases', () => {
    const lists = withLine(text, /^ {2}encrypted_regex/, (line) => `  kms: []\n  pgp: []\n${line}`);
    const indented = parseDocument(lists).toString({ indent: 4, lineWidth: 0 });
    const other = indented.replace('stringData:', '# about the values\nstringData:');
    expect(readSopsFile(`# first\n\n${other}`)).toEqual(readSopsFile(text));
  });

  it('a Secret that is not encrypted is told as that, by where its values begin', async () => {
    const problem = await refused(() => readSopsFile(PLAIN));
    expect(problem).toMatchObject({ reason: 'plain', place: { line: 6, column: 1 } });
    expect(problem.what).toBe('this Secret is not encrypted: whoever has the file can read its values');
    expect(problem.remedy).toContain("`sops encrypt -i --encrypted-regex '^(data|stringData)$' --age ");
  });

  const change = (find: RegExp, to: string) => (file: string) => withLine(file, find, () => to);
  const CASES: readonly (readonly [string, (file: string) => string, object])[] = [
    ['an empty file', () => '', { reason: 'no-secret' }],
    ['a list', () => '- canary\n', { reason: 'no-secret' }],
    ['no YAML', () => 'a: b: canary\n', { reason: 'no-secret', place: { line: 1, column: 4 } }],
    ['YAML whose fault is in a value', () => 'a: |canary\n  b\n', { reason: 'no-secret' }],
    ['a key twice', (file) => `${file}kind: canary\n`, { reason: 'no-secret' }],
    [
      'another kind',
      change(/^kind/, 'kind: ConfigMap'),
      { reason: 'no-secret', what: 'this is not a Secret but ConfigMap', place: { line: 2, column: 7 } },
    ],
    ['another version', change(/^apiVersion/, 'apiVersion: v2'), { reason: 'no-secret' }],
    ['no name', change(/^ {2}name:/, '  labels: {}'), { reason: 'no-secret' }],
    ['a second object', (file) => `${file}---\n${PLAIN}`, { reason: 'unsupported' }],
    [
      'a value in plain among others',
      change(/^ {2}two:/, '  two: canary 2'),
      { reason: 'plain', what: expect.stringContaining('the value of "two" is not encrypted') },
    ],
    [
      'a cut-off value',
      (file) => file.replace(/,type:str\]\n {2}two/, '\n  two'),
      { reason: 'changed', what: 'the value of "one" is cut off or damaged' },
    ],
    [
      'a group instead of a value',
      change(/^ {2}two:/, '  two: {canary: canary}'),
      { reason: 'unsupported', what: 'stringData.two is not text' },
    ],
    ['a list instead of a value', change(/^ {2}two:/, '  two: [canary]'), { reason: 'unsupported' }],
    ['nothing instead of a value', change(/^ {2}two:/, '  two:'), { reason: 'unsupported' }],
    [
      'a number',
      (file) => withLine(file, /^ {2}two:/, (line) => line.replace('type:str', 'type:int')),
      { reason: 'unsupported', what: 'the value of "two" is not text for sops but of type int' },
    ],
    [
      'a key in both sections',
      (file) => `${file}data:\n  two: ''\n`,
      { reason: 'unsupported', what: 'the key "two" is in data and in stringData' },
    ],
    [
      'values that the rule leaves in plain',
      change(/^ {2}encrypted_regex/, '  encrypted_regex: ^data$'),
      { reason: 'plain' },
    ],
    [
      'everything encrypted',
      change(/^ {2}encrypted_regex/, '  unencrypted_suffix: _unencrypted'),
      { reason: 'unsupported', what: expect.stringContaining('unencrypted_suffix') },
    ],
    [
      'no rule, which encrypts everything',
      change(/^ {2}encrypted_regex/, '  shamir_threshold: 0'),
      { reason: 'unsupported', what: expect.stringContaining('no encrypted_regex') },
    ],
    [
      'a rule that only Go understands',
      change(/^ {2}encrypted_regex/, String.raw`  encrypted_regex: ^(data|stringData)\z`),
      { reason: 'unsupported', what: 'its encrypted_regex is not supported' },
    ],
    [
      'a rule that takes time without end to follow',
      change(/^ {2}encrypted_regex/, '  encrypted_regex: ^(data|stringData|(a+)+)$'),
      { reason: 'unsupported', what: 'its encrypted_regex is not supported' },
    ],
    [
      'a rule that only JavaScript understands',
      change(/^ {2}encrypted_regex/, '  encrypted_regex: ^(?=.)(data|stringData)$'),
      { reason: 'unsupported', what: 'its encrypted_regex is not supported' },
    ],
    [
      'encrypted names',
      change(/^ {2}encrypted_regex/, '  encrypted_regex: ^(data|stringData|name)$'),
      { reason: 'unsupported', what: expect.stringContaining('metadata.name is encrypted') },
    ],
    [
      'groups of keys',
      change(/^ {2}encrypted_regex/, '  key_groups:\n    - age: []'),
      { reason: 'unsupported', what: expect.stringContaining('sops.key_groups') },
    ],
    [
      'no recipient of age',
      (file) => file.replace(/^ {2}age:\n( {4}.*\n)+/m, '  pgp:\n    - fp: ABC\n'),
      { reason: 'unsupported', what: 'it is not encrypted for an age recipient' },
    ],
    ['a sops block that is none', (file) => file.replace(/^sops:[\s\S]*/m, 'sops: canary\n'), {}],
    ['no time', change(/^ {2}lastmodified/, '  lastmodified: canary'), { reason: 'unsupported' }],
    [
      'an alias',
      (file) => withLine(file, /^ {2}one:/, (line) => line.replace('ENC', '&a ENC')),
      { reason: 'unsupported', what: 'this has an anchor' },
    ],
    [
      'a tag',
      (file) => file.replace("'7'", '!!str 7'),
      { reason: 'unsupported', what: 'this has a tag (!)' },
    ],
    [
      'a key that is no text',
      (file) => file.replace('  example.org/revision:', '  7:'),
      { reason: 'unsupported', what: 'this key is not text' },
    ],
    [
      'an annotation that is no text',
      (file) => file.replace("'7'", '7'),
      { reason: 'unsupported', what: 'metadata.annotations.example.org/revision is not text' },
    ],
    ...['1.5', '0x1F', '0o17', '0b1', '1_000', '2026-01-01', '.inf', '1e3'].map(
      (written) =>
        [
          `${written}, which Go reads as a number or a time`,
          (file: string) => file.replace('type: Opaque', `type: Opaque\nstatus: ${written}`),
          { reason: 'unsupported', what: expect.stringContaining('status is a number or a time') },
        ] as const,
    ),
  ];

  it.each(CASES)('%s is refused', async (_, changed, expected) => {
    const problem = await refused(() => readSopsFile(changed(text)));
    expect(problem).toMatchObject(expected);
    expect(problem.remedy).not.toBe('');
    // Opening says the same, and looks at nothing else first.
    const opened = await refused(() => openSopsFile(changed(text), key.identities), key);
    expect(opened.message).toBe(problem.message);
  });

  it('a problem has its line and column', async () => {
    const file = withLine(text, /^ {2}two:/, () => '  two:   canary');
    const line = file.split('\n').indexOf('  two:   canary') + 1;
    expect((await refused(() => readSopsFile(file))).place).toEqual({ line, column: 10 });
  });
});
