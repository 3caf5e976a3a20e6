import fc from 'fast-check';
import { valueAt } from '../../src/plain/data.ts';
import { replaced } from '../../src/stack/reading/yaml-source.ts';
import { pathsOf } from '../paths.ts';

/** Something that hardly any field expects. */
export const STRANGE: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    true,
    '',
    ' ',
    '\n',
    0,
    -1,
    1.5,
    1e30,
    [],
    {},
    [[]],
    [null],
    { '': null },
    'x'.repeat(300),
  ),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string(),
);

/** One mistake, at a path chosen by a number. */
export const MISTAKE = fc.record({
  kind: fc.constantFrom('drop', 'misspell', 'replace', 'add'),
  where: fc.nat(),
  value: STRANGE,
  letter: fc.nat(),
});

export type Mistake = typeof MISTAKE extends fc.Arbitrary<infer T> ? T : never;

/** The data with one mistake in it. */
export function withMistake(data: unknown, { kind, where, value, letter }: Mistake): unknown {
  const paths = pathsOf(data);
  const path = paths[where % paths.length];
  const key = path?.at(-1);
  if (path === undefined || key === undefined) return data;
  if (kind === 'drop') return replaced(data, path, undefined);
  if (kind === 'replace') return replaced(data, path, value);
  if (kind === 'add') return replaced(data, [...path.slice(0, -1), `${String(key)}2`], value);
  const name = String(key);
  const at = letter % (name.length + 1);
  const misspelt = `${name.slice(0, at)}${name.slice(at + 1)}x`;
  return replaced(replaced(data, path, undefined), [...path.slice(0, -1), misspelt], valueAt(data, path));
}

/** Pieces of text that mean something to a reader of YAML. */
const SCRAP = fc.oneof(
  fc.constantFrom(
    ...':{}[]&*!|>%@"\'\t\n#-?,~ \u0000\ufeff\\',
    '---\n',
    '...\n',
    '<<: ',
    '*a',
    '&a ',
    '? ',
    '!!set ',
    '!!binary ',
    'null',
  ),
  fc.string({ maxLength: 4, unit: 'binary' }),
);
/** Cuts a piece out of a text and pastes another one in. */
export const EDIT = fc.record({ from: fc.nat(), length: fc.nat({ max: 12 }), scrap: SCRAP });

type Edit = typeof EDIT extends fc.Arbitrary<infer T> ? T : never;

/** The text after one cut and paste. */
export function edited(text: string, { from, length, scrap }: Edit): string {
  const start = from % (text.length + 1);
  return `${text.slice(0, start)}${scrap}${text.slice(start + length)}`;
}
