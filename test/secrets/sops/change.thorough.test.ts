import fc from 'fast-check';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { AgeProblem } from '../../../src/secrets/age.ts';
import { seal } from '../../../src/secrets/sops/cipher.ts';
import {
  changeSopsFile,
  newSopsFile,
  openSopsFile,
  readdressSopsFile,
  type SopsChange,
} from '../../../src/secrets/sops/file.ts';
import { readSopsFile } from '../../../src/secrets/sops/read.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { runs } from '../../property/runs.ts';
import { type FreshKey, freshKey, problemOf } from '../keys.ts';
import { dataKeyOf, LATER, MANIFEST, NOW, refused, sample, textsOf, values, withMac } from './files.ts';

let key: FreshKey;
let text: string;
beforeAll(async () => {
  key = await freshKey();
  text = await sample(key);
});

const VALUES = { one: 'canary 1', two: 'canary 2' };

function changed(change: SopsChange, file = text): Promise<string> {
  return changeSopsFile(file, key.identities, change, LATER);
}

/** The lines of one text that are not in the other. */
function linesOnlyIn(one: string, other: string): readonly string[] {
  const others = new Set(other.split('\n'));
  return one.split('\n').filter((line) => !others.has(line));
}

/** The names of the lines that differ. */
function namesOf(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.trim().split(':')[0] ?? '');
}

describe('changing a file', () => {
  it('changes the lines of what it changes, the time and the MAC, and no other byte', async () => {
    const next = await changed({ values: values({ two: 'canary new' }) });
    expect(namesOf(linesOnlyIn(next, text))).toEqual(['two', 'lastmodified', 'mac']);
    expect(namesOf(linesOnlyIn(text, next))).toEqual(['two', 'lastmodified', 'mac']);
    expect(next.split('\n').length).toBe(text.split('\n').length);
    expect(next).toContain("lastmodified: '2026-02-01T00:00:00Z'");
    expect(await textsOf(next, key)).toEqual({ ...VALUES, two: 'canary new' });
  });

  it('keeps the key and the recipients', async () => {
    const next = await changed({ values: values({ two: 'canary new' }), remove: ['one'] });
    expect(await dataKeyOf(next, key)).toEqual(await dataKeyOf(text, key));
    expect(readSopsFile(next).recipients).toEqual([key.recipient]);
  });

  it('takes the same value for no change, with its IV', async () => {
    const next = await changed({ values: values({ ...VALUES, three: 'canary 3' }) });
    expect(namesOf(linesOnlyIn(next, text))).toEqual(['three', 'lastmodified', 'mac']);
    expect(namesOf(linesOnlyIn(text, next))).toEqual(['lastmodified', 'mac']);
  });

  it.each<readonly [string, SopsChange]>([
    ['nothing', {}],
    ['the same values', { values: values(VALUES) }],
    ['a key that is not there', { remove: ['three'] }],
    ['the same annotation', { annotations: { 'example.org/revision': '7', other: undefined } }],
  ])('gives back the same text for %s', async (_, change) => {
    expect(await changed(change)).toBe(text);
  });

  it('adds keys in their order, and takes keys out', async () => {
    const next = await changed({ values: values({ a: 'x', p: '', z: 'y' }), remove: ['one'] });
    expect(await textsOf(next, key)).toEqual({ a: 'x', p: '', two: 'canary 2', z: 'y' });
    expect([...next.matchAll(/^ {2}(\w+): (?:ENC|'')/gm)].map(([, name]) => name)).toEqual([
      'a',
      'p',
      'two',
      'z',
      'mac',
    ]);
  });

  it('gives a key that is also removed its new value', async () => {
    const next = await changed({ values: values({ one: 'canary new' }), remove: ['one'] });
    expect(await textsOf(next, key)).toEqual({ ...VALUES, one: 'canary new' });
  });

  it('may take out everything, and put something in again', async () => {
    const none = await changed({
      remove: ['one', 'two'],
      annotations: { 'example.org/revision': undefined },
    });
    expect(load(none)).toMatchObject({ metadata: { name: 'synapse', namespace: 'matrix' } });
    expect(none).not.toMatch(/stringData:|annotations:/);
    const next = await changed(
      { values: values(VALUES), annotations: { 'example.org/revision': '7' } },
      none,
    );
    expect(await textsOf(next, key)).toEqual(VALUES);
    // All stands where it stood, apart from what is random and what tells the time.
    const shape = (file: string): string => file.replace(/ENC\[.*|'\d{4}-.*/g, '');
    expect(shape(next)).toBe(shape(text));
  });

  it('may empty a value, and fill it again', async () => {
    const empty = await changed({ values: values({ one: '' }) });
    expect(empty).toContain("  one: ''\n");
    const next = await changed({ values: values({ one: 'canary' }) }, empty);
    expect(next).toMatch(/^ {2}one: ENC\[/m);
    expect(await textsOf(next, key)).toEqual({ ...VALUES, one: 'canary' });
  });

  it('moves a value between sections only when it must', async () => {
    const bytes = Buffer.from([0xff, 0]);
    const binary = await changed({ values: new Map([['one', new SecretValue(Buffer.from(bytes))]]) });
    expect(parse(binary)).toMatchObject({
      data: { one: expect.anything() },
      stringData: { two: expect.anything() },
    });
    expect((await openSopsFile(binary, key.identities)).get('one')?.bytes()).toEqual(bytes);
    // A key that stands in data stays there.
    const again = await changed({ values: values({ one: 'canary' }) }, binary);
    expect(Object.keys(parse(again).data)).toEqual(['one']);
    expect(await textsOf(again, key)).toEqual({ ...VALUES, one: 'canary' });
  });

  it.each([
    '8',
    'true',
    'yes',
    '2026-01-01',
    '',
    ' a ',
    'it’s: # "x"',
    'a\nb\n',
    "'",
    'null',
    '0x1F',
    '- a',
    'ü',
  ])('writes the annotation %j as the text it is, where it was and where it is new', async (written) => {
    const annotations = { 'example.org/revision': written, 'a.example.org/new': written, yes: written };
    const next = await changed({ annotations });
    for (const read of [load, parse]) expect(read(next)).toMatchObject({ metadata: { annotations } });
    expect(readSopsFile(next).manifest.metadata.annotations).toEqual(annotations);
    expect(await textsOf(next, key)).toEqual(VALUES);
  });

  it('keeps comments and the indent of sops, and double quotes', async () => {
    const indented = parseDocument(text)
      .toString({ indent: 4, lineWidth: 0 })
      .replace("'7'", '"7"')
      .replace(/^( +)two:/m, '$1# about two\n$1two:');
    const file = `# first\n\n${indented}`;
    const next = await changed(
      { values: values({ one: 'x' }), annotations: { 'example.org/revision': '8' } },
      file,
    );
    expect(namesOf(linesOnlyIn(next, file))).toEqual(['example.org/revision', 'one', 'lastmodified', 'mac']);
    expect(next).toContain('example.org/revision: "8"');
    expect(next.split('\n').length).toBe(file.split('\n').length);
  });

  it('keeps comments that sops encrypted', async () => {
    const dataKey = await dataKeyOf(text, key);
    const comment = seal(Buffer.from(' canary comment'), dataKey, 'stringData:', 'comment');
    const file = text.replace(/^ {2}two:/m, `  #${comment}\n  two:`);
    expect(await changed({ values: values({ one: 'x' }) }, file)).toContain(`  #${comment}\n  two:`);
  });

  it('keeps what other keys than those of age can open', async () => {
    const file = text.replace(
      /^ {2}encrypted_regex/m,
      '  pgp:\n    - enc: x\n      fp: ABC\n  encrypted_regex',
    );
    expect(await changed({ remove: ['one'] }, file)).toContain('  pgp:\n    - enc: x\n      fp: ABC\n');
  });

  it('is refused when nobody could read the result', async () => {
    const problem = await refused(() => changed({ annotations: { stringData: 'x' } }));
    expect(problem.what).toContain('metadata.annotations.stringData is encrypted');
  });

  it('keeps the values it was given', async () => {
    const given = values({ one: 'canary new' });
    await changed({ values: given });
    expect(given.get('one')?.text()).toBe('canary new');
  });

  it('ends with what was asked for, however often and in whatever order', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'tls.key', '1');
    const value = fc.oneof(
      fc.constantFrom('', 'canary', '\n', '"'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const step = fc.oneof(
      fc.record({ set: name, value }),
      fc.record({ remove: name }),
      fc.record({ annotate: name, text: fc.option(value, { nil: undefined }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 4 }), async (rounds) => {
        let file = text;
        const expected = new Map(Object.entries(VALUES));
        const notes = new Map([['example.org/revision', '7']]);
        for (const steps of rounds) {
          for (const one of steps) {
            if ('set' in one) {
              expected.set(one.set, one.value);
              file = await changed({ values: values({ [one.set]: one.value }) }, file);
            } else if ('remove' in one) {
              expected.delete(one.remove);
              file = await changed({ remove: [one.remove] }, file);
            } else {
              if (one.text === undefined) notes.delete(one.annotate);
              else notes.set(one.annotate, one.text);
              file = await changed({ annotations: { [one.annotate]: one.text } }, file);
            }
          }
        }
        expect(await textsOf(file, key)).toEqual(Object.fromEntries(expected));
        expect(readSopsFile(file).manifest.metadata.annotations ?? {}).toEqual(Object.fromEntries(notes));
      }),
      { numRuns: runs(15) },
    );
  });
});

describe('giving a file to others', () => {
  it('encrypts everything anew, under another key', async () => {
    const other = await freshKey();
    const next = await readdressSopsFile(text, key.identities, [other.recipient], LATER);
    expect(await textsOf(next, other)).toEqual(VALUES);
    expect((await refused(() => openSopsFile(next, key.identities), key)).reason).toBe('no-identity');
    expect(await dataKeyOf(next, other)).not.toEqual(await dataKeyOf(text, key));
    const secret = /(?<=ENC\[).*|^ {8}[\w+/].*|(?<=recipient: ).*|(?<=lastmodified: ).*/gm;
    const before = new Set(text.match(secret));
    expect(next.match(secret)?.filter((found) => before.has(found))).toEqual([]);
    // And nothing else is another.
    expect(next.replace(secret, '')).toBe(text.replace(secret, ''));
  });

  it('together with a change leaves nothing under the key of before, what is new included', async () => {
    const other = await freshKey();
    const change = { values: values({ two: 'canary new', three: 'canary 3' }), remove: ['one'] };
    const next = await changed({ ...change, recipients: [other.recipient] });
    expect(await textsOf(next, other)).toEqual({ two: 'canary new', three: 'canary 3' });
    expect(readSopsFile(next).recipients).toEqual([other.recipient]);
    expect(await dataKeyOf(next, other)).not.toEqual(await dataKeyOf(text, key));
    expect((await refused(() => openSopsFile(next, key.identities), key)).reason).toBe('no-identity');
  });

  it('keeps the annotations and what stands in data', async () => {
    const binary = new Map([['k', new SecretValue(Buffer.from([0xff]))]]);
    const file = await newSopsFile(MANIFEST, binary, [key.recipient], NOW);
    const other = await freshKey();
    const recipients = [key.recipient, other.recipient];
    const next = await readdressSopsFile(file, key.identities, recipients, LATER);
    expect(readSopsFile(next)).toMatchObject({ manifest: MANIFEST, recipients });
    for (const { identities } of [key, other]) {
      expect((await openSopsFile(next, identities)).get('k')?.bytes()).toEqual(Buffer.from([0xff]));
    }
  });

  it('encrypts comments anew too', async () => {
    const dataKey = await dataKeyOf(text, key);
    const sealed = (group: string): string =>
      seal(Buffer.from(` canary ${group}`), dataKey, group, 'comment');
    const [inside, outside] = [sealed('stringData:'), sealed(':')];
    const file = `#${outside}\n${text.replace(/^ {2}two:.*$/m, (line) => `  #${inside}\n${line} #${inside}`)}`;
    const next = await readdressSopsFile(file, key.identities, [key.recipient], LATER);
    expect(next).not.toContain(inside);
    const nextKey = await dataKeyOf(next, key);
    const comments = next.match(/(?<=#)ENC.*comment\]/g) ?? [];
    const { readSealed, unseal } = await import('../../../src/secrets/sops/cipher.ts');
    const opened = comments.map((comment, index) => {
      const found = readSealed(comment);
      return found && unseal(found, nextKey, index === 0 ? ':' : 'stringData:')?.toString();
    });
    expect(opened).toEqual([' canary :', ' canary stringData:', ' canary stringData:']);
  });

  it('is refused for files that keys of another kind open too', async () => {
    const file = text.replace(
      /^ {2}encrypted_regex/m,
      '  pgp:\n    - enc: x\n      fp: ABC\n  encrypted_regex',
    );
    expect(await textsOf(file, key)).toEqual(VALUES);
    const problem = await refused(() => readdressSopsFile(file, key.identities, [key.recipient], LATER), key);
    expect(problem).toMatchObject({ reason: 'unsupported', what: expect.stringContaining('sops.pgp') });
  });

  it('is refused without a right recipient', async () => {
    for (const recipients of [[], ['age1x']]) {
      const work = () => readdressSopsFile(text, key.identities, recipients, LATER);
      expect((await problemOf(AgeProblem, work)).reason).toBe('recipient');
    }
  });

  it('keeps the rule of what the MAC covers', async () => {
    const init = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex');
    const only = text.replace(/^ {2}mac:/m, '  mac_only_encrypted: true\n  mac:');
    const file = await withMac(only, key, [init, 'canary 1', 'canary 2']);
    const next = await readdressSopsFile(file, key.identities, [key.recipient], LATER);
    expect(next).toContain('mac_only_encrypted: true');
    expect(await textsOf(next, key)).toEqual(VALUES);
  });
});
