import { loadAll } from 'js-yaml';
import { expect } from 'vitest';
import { loadStack } from '../../charts/stack/load.ts';
import { render } from '../../src/render/render.ts';
import { CODES } from '../../src/stack/codes.ts';
import { repositoryImages } from '../stacks.ts';
import { FILE } from './stack-files.ts';

const images = repositoryImages();

/** What must hold for every text whatsoever. */
export function checkAnswer(text: string): void {
  const { value, diagnostics } = loadStack(FILE, text, images);
  expect(value === undefined, text).toBe(diagnostics.length > 0);
  const lines = text.split('\n').length;
  for (const { position, code, what, remedy } of diagnostics) {
    expect(Object.keys(CODES)).toContain(code);
    expect(position.line, what).toBeLessThanOrEqual(lines);
    expect(`${what}; ${remedy}`).not.toMatch(/stand-in|\[object|\n/);
  }
}

/** What must hold for a stack file with any overrides: no exception, and never YAML that cannot be read. */
export function checkOverridden(text: string): void {
  checkAnswer(text);
  const { value } = loadStack(FILE, text, images);
  if (value === undefined) return;
  const { files, findings, problems } = render(value);
  for (const { index, code, what, remedy } of problems) {
    expect(value.overrides[index], what).toBeDefined();
    expect(Object.keys(CODES)).toContain(code);
    expect(`${what}; ${remedy}`).not.toMatch(/undefined|\[object/);
  }
  if (findings.length + problems.length > 0) return;
  for (const [path, file] of files) if (path.endsWith('.yaml')) loadAll(file);
}
