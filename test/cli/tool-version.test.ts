import { expect, it } from 'vitest';
import { compareVersions } from '../../src/cli/tool-version.ts';

it.each([
  ['0.1.0', '0.1.0', 0],
  ['0.1.0', '0.1.1', -1],
  ['0.2.0', '0.10.0', -1],
  ['1.0.0', '0.99.99', 1],
  ['1.0.0-rc.1', '1.0.0', -1],
  ['1.0.0-rc.2', '1.0.0-rc.10', -1],
  ['1.0.0+build.5', '1.0.0', 0],
  ['1.0.0-rc.1', '0.9.0', 1],
])('%s beside %s is %i', (a, b, order) => {
  expect(Math.sign(compareVersions(a, b))).toBe(order);
  expect(Math.sign(compareVersions(b, a))).toBe(order === 0 ? 0 : -order);
});
