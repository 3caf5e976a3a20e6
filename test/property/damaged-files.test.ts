import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { CODES } from '../../model/codes.ts';
import { loadStack, loadVersions } from '../../model/load.ts';
import { replaced, valueAt } from '../../model/reading/yaml-source.ts';
import { render } from '../../render.ts';
import { repositoryImages } from '../stacks.ts';
import {
  FILE,
  PATIENCE,
  pathsOf,
  runs,
  shapedFiles,
  textOf,
  validFiles,
  writtenFiles,
} from './stack-files.ts';

const images = repositoryImages();

/** Something that hardly any field expects. */
const STRANGE: fc.Arbitrary<unknown> = fc.oneof(
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
const MISTAKE = fc.record({
  kind: fc.constantFrom('drop', 'misspell', 'replace', 'add'),
  where: fc.nat(),
  value: STRANGE,
  letter: fc.nat(),
});

type Mistake = typeof MISTAKE extends fc.Arbitrary<infer T> ? T : never;

function withMistake(data: unknown, { kind, where, value, letter }: Mistake): unknown {
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

/** What must hold for every text whatsoever. */
function check(text: string): void {
  const { value, diagnostics } = loadStack(FILE, text, images);
  expect(value === undefined, text).toBe(diagnostics.length > 0);
  const lines = text.split('\n').length;
  for (const { position, code, what, remedy } of diagnostics) {
    expect(Object.keys(CODES)).toContain(code);
    expect(position.line, what).toBeLessThanOrEqual(lines);
    expect(`${what}; ${remedy}`).not.toMatch(/stand-in|\[object|\n/);
  }
}

describe('a damaged stack file', () => {
  it(
    'is answered with diagnostics or a stack when keys are dropped, misspelt or given strange values',
    () => {
      fc.assert(
        fc.property(
          fc.oneof(
            shapedFiles,
            writtenFiles.map((text) => load(text)),
          ),
          fc.array(MISTAKE, { minLength: 1, maxLength: 5 }),
          (data, mistakes) => {
            check(textOf(mistakes.reduce(withMistake, data)));
          },
        ),
        { numRuns: runs(250) },
      );
    },
    PATIENCE,
  );

  it(
    'is answered with diagnostics or a stack when its text is cut and pasted',
    () => {
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
      const EDIT = fc.record({ from: fc.nat(), length: fc.nat({ max: 12 }), scrap: SCRAP });
      fc.assert(
        fc.property(
          fc.oneof(shapedFiles.map(textOf), writtenFiles),
          fc.array(EDIT, { minLength: 1, maxLength: 4 }),
          (text, edits) => {
            check(
              edits.reduce((now, { from, length, scrap }) => {
                const start = from % (now.length + 1);
                return `${now.slice(0, start)}${scrap}${now.slice(start + length)}`;
              }, text),
            );
          },
        ),
        { numRuns: runs(250) },
      );
    },
    PATIENCE,
  );

  it(
    'is rendered without a finding when it still is a stack',
    () => {
      fc.assert(
        fc.property(validFiles, MISTAKE, ({ data }, mistake) => {
          const { value } = loadStack(FILE, textOf(withMistake(data, mistake)), images);
          if (value !== undefined) expect(render(value).findings).toEqual([]);
        }),
        { numRuns: runs(30) },
      );
    },
    PATIENCE,
  );
});

it('versions.yaml is answered with diagnostics or images, whatever it holds', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(images), 'x'), STRANGE), (data) => {
      const { value, diagnostics } = loadVersions('versions.yaml', textOf(data));
      expect(value === undefined).toBe(diagnostics.length > 0);
    }),
  );
});
