import { beforeAll, describe, expect, it } from 'vitest';
import { seal } from '../../../src/secrets/sops/cipher.ts';
import {
  changeSopsFile,
  newSopsFile,
  openSopsFile,
  readdressSopsFile,
} from '../../../src/secrets/sops/file.ts';
import { type FreshKey, freshKey } from '../keys.ts';
import {
  dataKeyOf,
  LATER,
  MANIFEST,
  NOW,
  refused,
  sample,
  textsOf,
  values,
  withLine,
  withMac,
} from './files.ts';

let key: FreshKey;
let text: string;
beforeAll(async () => {
  key = await freshKey();
  text = await sample(key);
});

/** What the MAC of the sample is over, before its values. */
const PARTS = ['v1', 'Secret', 'synapse', 'matrix', '7', 'Opaque'];
const VALUES = { one: 'canary 1', two: 'canary 2' };

/** Swaps one character of Base64 for another. */
function flipped(line: string, at: number): string {
  return line.slice(0, at) + (line[at] === 'A' ? 'B' : 'A') + line.slice(at + 1);
}

describe('a file that somebody changed without its key', () => {
  const TAMPERED: readonly (readonly [string, (file: string) => string])[] = [
    ['the name', (file) => file.replace('name: synapse', 'name: synapsf')],
    ['the namespace', (file) => file.replace('matrix', 'matrjx')],
    ['the type', (file) => file.replace('Opaque', 'kubernetes.io/tls')],
    ['an annotation', (file) => file.replace("'7'", "'8'")],
    ['an annotation more', (file) => file.replace('  annotations:\n', "  annotations:\n    a: '1'\n")],
    ['an annotation less', (file) => file.replace(/ {2}annotations:\n.*\n/, '')],
    ['a label more', (file) => file.replace('type:', '  labels:\n    a: b\ntype:')],
    ['immutable', (file) => file.replace('type:', 'immutable: true\ntype:')],
    ['the order', (file) => file.replace(/^kind: Secret\n/m, '').replace(/^type/m, 'kind: Secret\ntype')],
    ['a value less', (file) => file.replace(/^ {2}one:.*\n/m, '')],
    ['an emptied value', (file) => file.replace(/^ {2}one:.*\n/m, "  one: ''\n")],
    ['a renamed value', (file) => file.replace(/^ {2}one:/m, '  onf:')],
    ['a value in another section', (file) => file.replace(/^stringData/m, 'data')],
    [
      'two values in each other’s place',
      (file) => file.replace(/^( {2}one: )(.*)\n( {2}two: )(.*)$/m, '$1$4\n$3$2'),
    ],
    ['the time', (file) => file.replace(/^( {2}lastmodified: .*)56Z/m, '$157Z')],
    ['no MAC', (file) => file.replace(/^ {2}mac:.*\n/m, '')],
    ['an empty MAC', (file) => file.replace(/^ {2}mac:.*\n/m, "  mac: ''\n")],
    ['what the MAC covers', (file) => file.replace(/^ {2}mac:/m, '  mac_only_encrypted: true\n  mac:')],
    ['the MAC as a value', (file) => file.replace(/^ {2}one: .*$/m, `  one: ${/mac: (.*)/.exec(file)?.[1]}`)],
  ];

  it.each(TAMPERED)('%s', async (_, changed) => {
    const tampered = changed(text);
    expect(tampered).not.toBe(text);
    expect((await refused(() => openSopsFile(tampered, key.identities), key)).reason).toBe('changed');
  });

  it.each(['one', 'two', 'mac'])('any part of what is encrypted as %s', async (name) => {
    const line = new RegExp(`^ {2}${name}:`);
    for (const part of ['data:', 'iv:', 'tag:']) {
      const tampered = withLine(text, line, (found) => flipped(found, found.indexOf(part) + part.length + 1));
      const problem = await refused(() => openSopsFile(tampered, key.identities), key);
      expect(problem.reason).toBe('changed');
      // A value is told by its key, and only the MAC is told as the MAC.
      expect(problem.what.includes(`"${name}"`)).toBe(name !== 'mac');
    }
  });

  it('a value of another file', async () => {
    const other = await sample(key);
    const [foreign = ''] = /^ {2}one:.*$/m.exec(other) ?? [];
    const tampered = withLine(text, /^ {2}one:/, () => foreign);
    const problem = await refused(() => openSopsFile(tampered, key.identities), key);
    expect(problem).toMatchObject({ reason: 'changed', what: expect.stringContaining('"one"') });
  });

  it('the key of the file', async () => {
    const lines = text.split('\n');
    const last = lines.findIndex((line) => line.includes('END AGE')) - 1;
    const tampered = lines.with(last, flipped(lines[last] ?? '', 12)).join('\n');
    const problem = await refused(() => openSopsFile(tampered, key.identities), key);
    expect(problem).toMatchObject({ reason: 'changed', what: expect.stringContaining(key.recipient) });
  });

  it('is neither changed nor given to others', async () => {
    const tampered = text.replace("'7'", "'8'");
    const change = { annotations: { 'example.org/revision': '9' } };
    await refused(() => changeSopsFile(tampered, key.identities, change, LATER), key);
    await refused(() => readdressSopsFile(tampered, key.identities, [key.recipient], LATER), key);
  });
});

describe('a key that does not fit', () => {
  it('opens nothing, and the recipients are named', async () => {
    const other = await freshKey();
    for (const identities of [other.identities, []]) {
      const problem = await refused(() => openSopsFile(text, identities), other);
      expect(problem.reason).toBe('no-identity');
      expect(problem.remedy).toContain(key.recipient);
    }
    const change = { remove: ['one'] };
    expect((await refused(() => changeSopsFile(text, other.identities, change, LATER))).reason).toBe(
      'no-identity',
    );
  });

  it('does no harm beside one that fits, nor does a damaged copy of the key for somebody else', async () => {
    const other = await freshKey();
    expect(await textsOf(text, { ...key, identities: [...other.identities, ...key.identities] })).toEqual(
      VALUES,
    );
    const recipients = [other.recipient, key.recipient];
    const shared = await newSopsFile(MANIFEST, values(VALUES), recipients, NOW);
    const damaged = shared.replace(
      /-----BEGIN AGE ENCRYPTED FILE-----\n.*\n/,
      '-----BEGIN AGE ENCRYPTED FILE-----\n',
    );
    expect(damaged).not.toBe(shared);
    expect(await textsOf(damaged, key)).toEqual(VALUES);
  });
});

describe('what sops writes in another way', () => {
  it('a MAC over the encrypted values only', async () => {
    // SHA-256 of "sops", as the sources of sops spell it out.
    const init = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex');
    const only = text.replace(/^ {2}mac:/m, '  mac_only_encrypted: true\n  mac:');
    const sealed = await withMac(only, key, [init, 'canary 1', 'canary 2']);
    expect(await textsOf(sealed, key)).toEqual(VALUES);
    // The price of it: what is not encrypted can be changed.
    expect(await textsOf(sealed.replace("'7'", "'8'"), key)).toEqual(VALUES);
    const change = { values: values({ one: 'canary new' }) };
    const changed = await changeSopsFile(sealed, key.identities, change, LATER);
    expect(await textsOf(changed, key)).toEqual({ ...VALUES, one: 'canary new' });
  });

  it.each([
    ['true', ['True']],
    ['False', ['False']],
    ['12', ['12']],
    ['-7', ['-7']],
    ['"12"', ['12']],
    ['null', []],
    ['~', []],
    ['', []],
    ['yes', ['yes']],
    ['1.2.3', ['1.2.3']],
    ['[a, true, [1]]', ['a', 'True', '1']],
    ['{z: b, a: a}', ['b', 'a']],
    ['{}', []],
    ["'it''s'", ["it's"]],
    ['|-\n  a\n  b', ['a\nb']],
    ['>-\n  a\n  b', ['a b']],
  ])('%j in plain', async (written, parts) => {
    const more = text.replace('type: Opaque', `more: ${written}\ntype: Opaque`);
    const all = [...PARTS.slice(0, -1), ...parts, 'Opaque', 'canary 1', 'canary 2'];
    expect(await textsOf(await withMac(more, key, all), key)).toEqual(VALUES);
  });

  it('values in data, in Base64', async () => {
    const dataKey = await dataKeyOf(text, key);
    const base64 = ['Y2FuYXJ5', 'Y2Fu\nYXJ5\n'];
    const sealed = base64.map((plain, index) => seal(Buffer.from(plain), dataKey, `data:k${index}:`));
    const file = `${text}data:\n  k0: ${sealed[0]}\n  k1: ${sealed[1]}\n`;
    const all = [...PARTS, 'canary 1', 'canary 2', ...base64];
    expect(await textsOf(await withMac(file, key, all), key)).toEqual({
      ...VALUES,
      k0: 'canary',
      k1: 'canary',
    });
  });

  it('values in data that are no Base64 are refused', async () => {
    const plain = 'canary canary';
    const sealed = seal(Buffer.from(plain), await dataKeyOf(text, key), 'data:k:');
    const file = await withMac(`${text}data:\n  k: ${sealed}\n`, key, [
      ...PARTS,
      'canary 1',
      'canary 2',
      plain,
    ]);
    const problem = await refused(() => openSopsFile(file, key.identities), key);
    expect(problem.what).toBe('the value of "k" in data is not Base64');
  });

  it('unencrypted_regex instead of encrypted_regex', async () => {
    const rule = '  unencrypted_regex: ^(apiVersion|metadata|kind|type)$';
    expect(
      await textsOf(
        withLine(text, /^ {2}encrypted_regex/, () => rule),
        key,
      ),
    ).toEqual(VALUES);
  });

  it('comments, which the MAC does not cover', async () => {
    const file = text
      .replace('stringData:', '# above\nstringData: # beside')
      .replace(/^( {2}one:.*)$/m, '  # between\n$1 # behind');
    expect(await textsOf(`# first\n# second\n\n${file}# last\n`, key)).toEqual(VALUES);
  });

  it('line ends of Windows', async () => {
    expect(await textsOf(text.replaceAll('\n', '\r\n'), key)).toEqual(VALUES);
  });
});
