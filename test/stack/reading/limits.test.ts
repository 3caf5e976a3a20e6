import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { loadStack } from '../../../charts/stack/load.ts';
import { HOSTILE } from '../../../scripts/bench/hostile.mjs';
import { parseQuantity } from '../../../src/plain/quantity.ts';
import * as fields from '../../../src/stack/fields.ts';
import { errorCount, LISTED } from '../../../src/stack/listed.ts';
import { type Edit, edited } from '../../../src/stack/reading/edits.ts';
import { issuesOf } from '../../../src/stack/reading/issues.ts';
import { pathSet } from '../../../src/stack/reading/path-set.ts';
import { salvage } from '../../../src/stack/reading/salvage.ts';
import { correctSpelling } from '../../../src/stack/reading/spelling.ts';
import { readTypedYaml } from '../../../src/stack/reading/typed-yaml.ts';
import { type Path, readYaml } from '../../../src/stack/reading/yaml-source.ts';
import { repositoryImages } from '../../stacks.ts';

const images = repositoryImages();
const HEAD = 'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: tls}}}\n';

/** `line:column CODE what` of everything wrong with a text. */
function errors(text: string): readonly string[] {
  return readYaml('x.yaml', text).diagnostics.map(
    ({ position, code, what }) => `${position.line}:${position.column} ${code} ${what}`,
  );
}

/** How many times a schema looks at the single texts of data. */
function looks(count: number, work: (data: unknown, schema: z.ZodType) => unknown): number {
  let looked = 0;
  const text = z.string().refine((value) => {
    looked++;
    return value !== 'wrong';
  });
  const schema = z.strictObject({ items: z.array(z.strictObject({ key: text, other: text.optional() })) });
  work({ items: Array.from({ length: count }, () => ({ kye: 'right', other: 'wrong' })) }, schema);
  return looked;
}

describe('a file beyond the limits is one error at its place', () => {
  it.each([
    [
      'a file of 1,000,001 characters',
      `a: ${'x'.repeat(1_000_000)}`,
      '1:1 MG016 this file is longer than 1,000,000 characters',
    ],
    [
      '100,001 marks',
      `[${'1,'.repeat(60_000)}]`,
      '1:100001 MG016 this file has more than 100,000 words and punctuation marks',
    ],
    ['brackets', `a: ${'['.repeat(3_000)}`, '1:105 MG016 this is nested more than 100 levels deep'],
    [
      'very many brackets',
      `a: ${'['.repeat(90_000)}`,
      '1:105 MG016 this is nested more than 100 levels deep',
    ],
    ['dashes', '- '.repeat(5_000), '1:205 MG016 this is nested more than 100 levels deep'],
    ['a long text', `a: "${'x'.repeat(262_145)}"`, '1:4 MG016 this text is longer than 262,144 characters'],
    ['a long key', `? ${'x'.repeat(1_025)}\n: 1`, '1:3 MG016 this key is longer than 1,024 characters'],
    ['a long list', `a: [${'1,'.repeat(10_001)}]`, '1:20005 MG016 this list has more than 10,000 items'],
    [
      'a text repeated by aliases',
      `a: &a ${'x'.repeat(200_000)}\nb: [${'*a,'.repeat(20)}]`,
      '2:4 MG016 this holds more than 2,000,000 characters of text, counting what aliases repeat',
    ],
  ])('%s', (_name, text, wanted) => {
    expect(errors(text)).toEqual([wanted]);
  });

  it('nested by aliases only', () => {
    const text = Array.from(
      { length: 110 },
      (_, n) => `a${n}: &a${n} [${n === 0 ? '1' : `*a${n - 1}`}]`,
    ).join('\n');
    expect(errors(text)).toEqual([expect.stringContaining('MG016 this is nested more than 100 levels deep')]);
  });

  it('reads what is just within them', () => {
    expect(errors(`a: ${'['.repeat(98)}${']'.repeat(98)}`)).toEqual([]);
    expect(errors(`a: [${'1,'.repeat(10_000)}]`)).toEqual([]);
    expect(errors(`a: "${'x'.repeat(262_144)}"`)).toEqual([]);
  });
});

it('every input of the bench is smaller than 1 MB', () => {
  for (const [what, text] of Object.entries(HOSTILE)) expect(text().length, what).toBeLessThan(1_000_000);
});

describe('aliases', () => {
  it('share what they repeat', () => {
    const { source } = readYaml('x.yaml', 'a: &a {b: 1}\nc: [*a, *a]\n');
    const data = z.object({ a: z.unknown(), c: z.array(z.unknown()) }).safeParse(source?.data);
    expect(source?.data).toEqual({ a: { b: 1 }, c: [{ b: 1 }, { b: 1 }] });
    expect(data.success).toBe(true);
    const list = Object.getOwnPropertyDescriptor(source?.data ?? {}, 'c')?.value;
    expect(list[0]).toBe(list[1]);
  });

  it('lead to the last anchor of their name before them', () => {
    expect(readYaml('x.yaml', 'a: &a 1\nb: *a\nc: &a 2\nd: *a\n').source?.data).toEqual({
      a: 1,
      b: 1,
      c: 2,
      d: 2,
    });
  });

  it('lead to anchors of keys too', () => {
    expect(readYaml('x.yaml', '&a key: 1\nb: *a\n').source?.data).toEqual({ key: 1, b: 'key' });
  });
});

describe('the first errors of a file', () => {
  const { diagnostics } = loadStack(
    'x.yaml',
    HEAD + Array.from({ length: 9_000 }, (_, n) => `key${n}: 1\n`).join(''),
    images,
  );

  it('are listed by place, and the others counted', () => {
    expect(diagnostics).toHaveLength(LISTED + 1);
    expect(diagnostics.slice(0, LISTED).map(({ position }) => position.line)).toEqual(
      Array.from({ length: LISTED }, (_, n) => n + 4),
    );
    expect(diagnostics.at(-1)).toMatchObject({
      code: 'MG019',
      more: 8_950,
      position: { line: LISTED + 4 },
      what: 'from here on, 8,950 more errors in x.yaml',
    });
    expect(errorCount(diagnostics)).toBe(9_000);
  });
});

describe('work grows as the file does', () => {
  it.each([
    ['finding what is wrong', (data: unknown, schema: z.ZodType) => issuesOf(data, schema)],
    ['correcting the spelling', correctSpelling],
    ['replacing what is wrong', salvage],
  ])('%s', (_name, work) => {
    const once = looks(200, work);
    expect(once).toBeGreaterThan(0);
    expect(looks(400, work)).toBe(2 * once);
  });

  it('all edits copy a list once', () => {
    const copied = (count: number): number => {
      let reads = 0;
      const items = new Proxy(
        Array.from({ length: count }, (): unknown => ({ a: 1 })),
        {
          get: (target, key, receiver): unknown => {
            reads++;
            return Reflect.get(target, key, receiver);
          },
        },
      );
      const edits: Edit[] = Array.from({ length: count }, (_, n) => ({ path: ['items', n, 'a'], value: 2 }));
      edited({ items }, edits);
      return reads;
    };
    expect(copied(400)).toBeLessThanOrEqual(2 * copied(200));
  });

  it('only listed errors are put into words', () => {
    let asked = 0;
    const word = z.string().refine(() => false, {
      error: () => {
        asked++;
        return 'write another';
      },
    });
    readTypedYaml('x.yaml', `[${'a,'.repeat(500)}]`, z.array(word));
    const once = asked;
    readTypedYaml('x.yaml', `[${'a,'.repeat(1_000)}]`, z.array(word));
    expect(asked - once).toBe(2 * once);
  });
});

describe('edits made at once', () => {
  it('use the paths of the data before', () => {
    const edits: Edit[] = [
      { path: ['list', 0], value: undefined },
      { path: ['list', 2, 'a'], value: 9 },
      { path: ['new'], value: 1 },
      { path: ['gone'], value: undefined },
    ];
    const data = { list: [{ a: 1 }, { a: 2 }, { a: 3 }], gone: 1 };
    expect(edited(data, edits)).toEqual({ list: [{ a: 2 }, { a: 9 }], new: 1 });
    expect(data.list).toHaveLength(3);
  });

  it('of a whole part win over those inside it', () => {
    const edits: Edit[] = [
      { path: ['a', 'b'], value: 2 },
      { path: ['a'], value: { c: 3 } },
    ];
    expect(edited({ a: { b: 1 } }, edits)).toEqual({ a: { c: 3 } });
    expect(edited({ a: 1 }, [{ path: [], value: 2 }])).toBe(2);
  });
});

describe('a set of paths', () => {
  const set = pathSet([
    ['a', 'b'],
    ['list', 1],
  ]);

  it.each<[Path, boolean, boolean]>([
    [['a'], false, true],
    [['a', 'b'], true, true],
    [['a', 'b', 'c'], true, false],
    [['list', 1, 'x'], true, false],
    [['list', 2], false, false],
    [['x'], false, false],
  ])('%j', (path, holds, reachesInto) => {
    expect(set.holds(path)).toBe(holds);
    expect(set.reachesInto(path)).toBe(reachesInto);
  });

  it('holds everything when something is wrong with the whole', () => {
    expect(pathSet([[]]).holds(['a'])).toBe(true);
    expect(pathSet([]).holds(['a'])).toBe(false);
  });
});

it('quantities are looked at only when they can be one', () => {
  expect(parseQuantity('1'.repeat(64))).toBeDefined();
  expect(parseQuantity('1'.repeat(65))).toBeUndefined();
  expect(parseQuantity('1'.repeat(40_000))).toBeUndefined();
});

describe('a text of 20,000 or 40,000 characters is refused by its length, before any pattern sees it', () => {
  const patterns = Object.entries(fields).flatMap(([name, field]) =>
    field instanceof z.ZodString ? [[name, field] as const] : [],
  );

  it.each(patterns)('%s', (_name, field) => {
    for (const count of [20_000, 40_000]) {
      for (const word of ['a', '1', 'a.', '-', '{secret}', '/a']) {
        const issues = issuesOf(`${word.repeat(count / word.length)}!`, field);
        expect(issues.map(({ code }) => code)).toEqual(['too_big']);
      }
    }
  });

  it('wherever a stack file holds a path or a pattern', () => {
    const word = '{secret}'.repeat(5_000);
    for (const text of [
      `flux: {path: "./${word}"}`,
      `secrets: {provider: external-secrets, store: {name: x}, remoteKey: "${word}"}`,
      `secrets: {certificates: "${word}.pem"}`,
      `secrets: {provider: sops, recipients: ["${word}"]}`,
    ]) {
      const found = loadStack('x.yaml', `${HEAD}${text}\n`, images).diagnostics;
      expect(
        found.map(({ code, remedy }) => `${code} ${remedy.slice(0, 13)}`),
        text.slice(0, 30),
      ).toEqual(['MG005 write at most']);
    }
  });
});
