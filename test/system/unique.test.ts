import { expect, it } from 'vitest';
import { onlyOnce } from '../../src/system/unique.ts';

it('names that stand twice are found where components are put together', () => {
  const of = (list: readonly string[]) => onlyOnce('workload', list, (name) => name);
  expect(of(['a', 'b'])).toEqual(['a', 'b']);
  expect(() => of(['a', 'b', 'a'])).toThrow('two components bring the workload "a"');
});
