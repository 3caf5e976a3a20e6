import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { standIns } from '../../../src/stack/reading/salvage.ts';
import { readTypedYaml } from '../../../src/stack/reading/typed-yaml.ts';
import { quote } from '../../../src/stack/reading/wording.ts';
import { dotted } from '../../../src/stack/reading/yaml-source.ts';

const word = z.string().regex(/^[a-z]+$/, 'write lower-case letters');
standIns.add(word, { text: 'standin' });

const schema = z.strictObject({
  schema: z.literal(1).describe('The first of its kind.'),
  mode: z.enum(['open', 'closed']),
  word: word.optional(),
  group: z
    .strictObject({ needed: word, size: z.int().min(1).max(9).optional(), on: z.boolean().optional() })
    .optional(),
  defaults: z.strictObject({ text: z.string().min(2).optional() }).optional(),
  items: z.array(z.strictObject({ key: z.string() })).optional(),
  either: z.union([z.enum(['all', 'none']), z.strictObject({ only: z.array(word).min(1) })]).optional(),
});

const read = (text: string) => readTypedYaml('x.yaml', text, schema);
const GOOD = 'schema: 1\nmode: open\n';

/** `line:column CODE what; remedy` of everything wrong with a text. */
function errors(text: string): readonly string[] {
  return read(text).diagnostics.map(
    ({ position: { line, column }, code, what, remedy }) => `${line}:${column} ${code} ${what}; ${remedy}`,
  );
}

describe('keys that mean something to JavaScript', () => {
  it.each(['toString', 'valueOf', 'constructor', 'toJSON', 'then'])('are told like any other: %s', (key) => {
    const group = `{${key}: []}`;
    const found = errors(
      `schema: ${group}\nmode: ${group}\nword: ${group}\ngroup: {needed: ${group}, size: ${group}, on: ${group}}\nitems: ${group}\neither: ${group}\n`,
    );
    expect(found.length).toBeGreaterThanOrEqual(8);
    for (const line of found) expect(line).toMatch(/^\d+:\d+ MG00[2-5] \S.*; \S/);
  });

  it('are not lost without a word', () => {
    expect(errors(`${GOOD}group: {needed: a, __proto__: {size: 3}}\n`)).toEqual([
      '3:20 MG001 a key cannot be called __proto__; choose another name',
    ]);
  });
});

describe('what is wrong with a file', () => {
  it('is nothing for a file that fits', () => {
    expect(read(GOOD)).toMatchObject({ value: { schema: 1, mode: 'open' }, diagnostics: [], faulty: [] });
  });

  it.each<[string, string, readonly string[]]>([
    [
      'a misspelt key, told once and with the key it stands for',
      'schema: 1\nmod: open\n',
      ['2:1 MG002 unknown key "mod"; did you mean "mode"? known here: schema, mode, word, group'],
    ],
    [
      'a misspelt key within a misspelt group',
      `${GOOD}grup: {neded: abc}\n`,
      [
        '3:1 MG002 unknown key "grup"; did you mean "group"?',
        '3:8 MG002 unknown key "neded" in group; did you mean "needed"? known here: needed, size, on',
      ],
    ],
    [
      'a wrong value below a misspelt key, at its own place',
      `${GOOD}grup: {needed: ABC}\n`,
      ['3:1 MG002 unknown key "grup"', '3:16 MG005 group.needed is "ABC"; write lower-case letters'],
    ],
    [
      'a second key that only looks like a written one',
      `${GOOD}mod: open\n`,
      ['3:1 MG002 unknown key "mod"; known here: schema, mode'],
    ],
    [
      'missing keys, where their group stands',
      `mode: open\ngroup: {size: 1}\n`,
      [
        '1:1 MG003 "schema" is missing; add the key schema: 1. The first of its kind.',
        '2:1 MG003 "group.needed" is missing; add the key needed to group: text',
      ],
    ],
    [
      'an empty group that has defaults',
      `${GOOD}defaults:\n`,
      ['3:1 MG004 defaults is empty; write defaults: {} for its defaults, or remove the key'],
    ],
    [
      'an empty group that needs something',
      `${GOOD}group:\n`,
      ['3:1 MG004 group is empty; write keys below it (needed: needed), or remove the key'],
    ],
    ['an empty file', '', ['1:1 MG004 the file is empty; write keys (needed: schema, mode)']],
    [
      'a number where text belongs and quotes help',
      `${GOOD}defaults: {text: 12}\n`,
      ['3:18 MG004 defaults.text is a number, 12; put it in quotes'],
    ],
    [
      'a number where quotes alone would not help',
      `${GOOD}word: 12\n`,
      ['3:7 MG004 word is a number, 12; write lower-case letters'],
    ],
    [
      'a number in quotes',
      `${GOOD}group: {needed: abc, size: "3"}\n`,
      ['3:28 MG004 group.size is text, "3"; write 3, without quotes'],
    ],
    [
      'a fixed number in quotes',
      'schema: "1"\nmode: open\n',
      ['1:9 MG005 schema is "1"; write 1, without quotes'],
    ],
    [
      'yes for true',
      `${GOOD}group: {needed: abc, on: yes}\n`,
      ['3:26 MG004 group.on is text, "yes"; write true or false'],
    ],
    [
      'numbers out of bounds',
      `${GOOD}group: {needed: abc, size: 0}\n`,
      ['3:28 MG005 group.size is 0; write at least 1'],
    ],
    [
      'text that is too short',
      `${GOOD}defaults: {text: a}\n`,
      ['3:18 MG005 defaults.text is "a"; write at least 2 characters'],
    ],
    [
      'one value where a list belongs',
      `${GOOD}either: {only: abc}\n`,
      ['3:16 MG004 either.only is text, "abc"; write a list, such as [abc]'],
    ],
    [
      'a misspelt word of an either-or',
      `${GOOD}either: nome\n`,
      ['3:9 MG005 either is "nome"; did you mean "none"? write all or none, or keys below it (needed: only)'],
    ],
    [
      'the branch of an either-or that was meant',
      `${GOOD}either: {only: []}\n`,
      ['3:10 MG005 either.only is []; write at least 1 item'],
    ],
    [
      'an item of a list',
      `${GOOD}items:\n  - key: a\n  - {ky: b}\n`,
      ['5:6 MG002 unknown key "ky" in items[1]; did you mean "key"? known here: key'],
    ],
    [
      'the value of an anchor once, however often it is repeated',
      `${GOOD}items: [&x {key: 1}, *x, *x]\n`,
      ['3:18 MG004 items[0].key is a number, 1; put it in quotes'],
    ],
  ])('is told for %s', (_name, text, wanted) => {
    const given = errors(text);
    expect(given).toHaveLength(wanted.length);
    for (const [index, beginning] of wanted.entries()) expect(given[index]).toContain(beginning);
  });
});

describe('what the rules over several fields get to see', () => {
  it('is the key that was meant, at the place of the misspelt one', () => {
    const { value, source } = read(`${GOOD}grup: {needed: abc}\n`);
    expect(value?.group).toEqual({ needed: 'abc' });
    expect(source?.at(['group', 'needed'])).toEqual({ file: 'x.yaml', line: 3, column: 16 });
  });

  it('has something fitting in every wrong place, so that the rest is not taken for wrong', () => {
    const { value, faulty } = read('schema: 7\nmode: opn\ngroup: {needed: ABC, size: 99}\nitems: nothing\n');
    expect(value).toEqual({ schema: 1, mode: 'open', group: { needed: 'standin' } });
    expect(faulty).toEqual([['schema'], ['mode'], ['group', 'needed'], ['group', 'size'], ['items']]);
  });

  it('has a needed key that is missing', () => {
    expect(read('schema: 1\ngroup: {}\n').value).toEqual({
      schema: 1,
      mode: 'open',
      group: { needed: 'standin' },
    });
  });

  it('is nothing when the file as a whole is of the wrong kind', () => {
    expect(read('- schema: 1\n').value).toBeUndefined();
    expect(read('').value).toBeUndefined();
    expect(read('a: [').source).toBeUndefined();
  });
});

describe('words for people', () => {
  it('writes paths as people do', () => {
    expect(dotted(['items', 0, 'key'])).toBe('items[0].key');
    expect(dotted([])).toBe('the file');
  });

  it('keeps quoted values on one short line', () => {
    expect(quote('a\nb')).toBe('"a\\nb"');
    expect(quote('x'.repeat(500)).length).toBeLessThanOrEqual(60);
    expect(quote(undefined)).toBe('nothing');
  });
});
