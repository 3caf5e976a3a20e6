import fc from 'fast-check';
import { load } from 'js-yaml';
import { it } from 'vitest';
import { EDIT, edited, MISTAKE, withMistake } from '../property/damage.ts';
import { checkAnswer } from '../property/promises.ts';
import { shapedFiles, textOf, writtenFiles } from '../property/stack-files.ts';
import { forMinutes } from './for-minutes.ts';

const mistaken = fc
  .tuple(
    fc.oneof(
      shapedFiles,
      writtenFiles.map((text) => load(text)),
    ),
    fc.array(MISTAKE, { minLength: 1, maxLength: 5 }),
  )
  .map(([data, mistakes]) => textOf(mistakes.reduce(withMistake, data)));

const scrambled = fc
  .tuple(fc.oneof(shapedFiles.map(textOf), writtenFiles), fc.array(EDIT, { minLength: 1, maxLength: 4 }))
  .map(([text, edits]) => edits.reduce(edited, text));

it('stack files with mistakes in their data', () => {
  forMinutes('stack files with mistakes', mistaken, checkAnswer, 1 / 2);
});

it('stack files whose text is cut and pasted', () => {
  forMinutes('stack files cut and pasted', scrambled, checkAnswer, 1 / 2);
});
