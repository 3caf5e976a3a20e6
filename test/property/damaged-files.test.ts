import fc from 'fast-check';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { loadStack, loadVersions } from '../../charts/stack/load.ts';
import { render } from '../../src/render/render.ts';
import { repositoryImages } from '../stacks.ts';
import { EDIT, edited, MISTAKE, STRANGE, withMistake } from './damage.ts';
import { checkAnswer } from './promises.ts';
import { runs } from './runs.ts';
import { FILE, shapedFiles, textOf, validFiles, writtenFiles } from './stack-files.ts';

const images = repositoryImages();

describe('a damaged stack file', () => {
  it('is answered with diagnostics or a stack when keys are dropped, misspelt or given strange values', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          shapedFiles,
          writtenFiles.map((text) => load(text)),
        ),
        fc.array(MISTAKE, { minLength: 1, maxLength: 5 }),
        (data, mistakes) => {
          checkAnswer(textOf(mistakes.reduce(withMistake, data)));
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('is answered with diagnostics or a stack when its text is cut and pasted', () => {
    fc.assert(
      fc.property(
        fc.oneof(shapedFiles.map(textOf), writtenFiles),
        fc.array(EDIT, { minLength: 1, maxLength: 4 }),
        (text, edits) => {
          checkAnswer(edits.reduce(edited, text));
        },
      ),
      { numRuns: runs(40) },
    );
  });

  it('is rendered without a finding when it still is a stack', () => {
    fc.assert(
      fc.property(validFiles, MISTAKE, ({ data }, mistake) => {
        const { value } = loadStack(FILE, textOf(withMistake(data, mistake)), images);
        if (value !== undefined) expect(render(value).findings).toEqual([]);
      }),
      { numRuns: runs(10) },
    );
  });
});

it('versions.yaml is answered with diagnostics or images, whatever it holds', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(images), 'x'), STRANGE), (data) => {
      const { value, diagnostics } = loadVersions('versions.yaml', textOf(data));
      expect(value === undefined).toBe(diagnostics.length > 0);
    }),
  );
});
