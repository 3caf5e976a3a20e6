import { expect, test } from 'vitest';
import { loadStack } from '../../../charts/stack/load.ts';
import { stackFile } from '../../../scripts/bench/stacks.mjs';
import { render } from '../../../src/render/render.ts';
import { repositoryImages } from '../../stacks.ts';

test('the stack files of the benchmark are right, and different', () => {
  const files = Array.from({ length: 60 }, (_, number) => stackFile(number));
  expect(new Set(files).size).toBe(60);
  for (const [number, text] of files.entries()) {
    const { value, diagnostics } = loadStack(`stacks/s${number}.yaml`, text, repositoryImages());
    expect(diagnostics).toEqual([]);
    if (number < 12 && value !== undefined) expect(render(value).findings).toEqual([]);
  }
});
