import { type ObjectId, objectKey } from '../model/manifest.ts';
import type { Applied } from './override-places.ts';

/** What is needed of a rule's finding to tell it from others. */
interface Broken {
  readonly code: string;
  readonly object: ObjectId;
  readonly field?: string;
}

/** Each check renders nothing, but looks at every object: more would take time, however many the overrides. */
const MOST_CHECKS = 24;

/**
 * Finds the override that is at fault for what is wrong with an object that no override names: the first one after
 * which it is wrong. Undefined for what is wrong without any.
 *
 * @param overrides that changed an object, in their order
 * @param check what is wrong after so many of them
 */
export function culprits(
  overrides: readonly Applied[],
  check: (applied: readonly Applied[]) => readonly Broken[],
): (broken: Broken) => Applied | undefined {
  const known = new Map<number, ReadonlySet<string>>();
  const isWrongAfter = (count: number, broken: Broken): boolean => {
    let wrong = known.get(count);
    if (wrong === undefined) {
      wrong = new Set(check(overrides.slice(0, count)).map(keyOf));
      known.set(count, wrong);
    }
    return wrong.has(keyOf(broken));
  };
  return (broken) => {
    const last = overrides.at(-1);
    if (last === undefined || isWrongAfter(0, broken)) return undefined;
    let fine = 0;
    let wrong = overrides.length;
    while (wrong - fine > 1) {
      const middle = Math.floor((fine + wrong) / 2);
      if (!known.has(middle) && known.size >= MOST_CHECKS) return last;
      if (isWrongAfter(middle, broken)) wrong = middle;
      else fine = middle;
    }
    return overrides[wrong - 1];
  };
}

function keyOf({ code, object, field = '' }: Broken): string {
  return JSON.stringify([code, objectKey(object), field]);
}
