import { describe, expect, it } from 'vitest';
import { progressOn } from '../../src/cli/progress.ts';

/** Steps once at each of the given times; returns everything that was written. */
function written(
  times: readonly number[],
  terminal: { isTTY?: boolean; columns?: number } = { isTTY: true },
): string {
  let text = '';
  let now = 0;
  const progress = progressOn({ ...terminal, write: (more: string) => (text += more) }, () => now);
  for (const [index, time] of times.entries()) {
    now = time;
    progress.step(index + 1, times.length, `stack-${index}`);
  }
  progress.end();
  return text;
}

describe('progress', () => {
  it('is one line that is written over, and gone in the end', () => {
    const text = written([500, 1100, 1300]);
    expect(text).toBe('\r2 of 3 stacks: stack-1\r3 of 3 stacks: stack-2\r                      \r');
  });

  it('says nothing about work that is over within a second', () => {
    expect(written([100, 500, 990])).toBe('');
  });

  it('does not flicker', () => {
    expect(written([1100, 1110, 1120, 1300]).match(/of 4/g)).toHaveLength(2);
  });

  it('stays in its line on a narrow terminal', () => {
    expect(written([2000], { isTTY: true, columns: 10 })).toBe('\r1 of 1 st\r         \r');
  });

  it('says nothing where nobody watches', () => {
    expect(written([1000, 5000, 9000], {})).toBe('');
  });
});
