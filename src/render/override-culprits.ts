import { type ObjectId, objectKey } from '../stack/manifest.ts';

/** What is needed of a rule's finding to tell it from others. */
interface Broken {
  readonly code: string;
  readonly object: ObjectId;
  readonly field?: string;
}

/** Each check renders nothing, but looks at every object: more would take time, however many the changes. */
const MOST_CHECKS = 24;

/**
 * Finds the change that is at fault for what is wrong with an object that it does not name: the first one after which
 * it is wrong. Undefined for what is wrong without any.
 *
 * @param changes overrides, or objects that are added, in their order
 * @param check what is wrong after so many of them
 */
export function culprits<Change>(
  changes: readonly Change[],
  check: (some: readonly Change[]) => readonly Broken[],
): (broken: Broken) => Change | undefined {
  const known = new Map<number, ReadonlySet<string>>();
  const isWrongAfter = (count: number, broken: Broken): boolean => {
    let wrong = known.get(count);
    if (wrong === undefined) {
      wrong = new Set(check(changes.slice(0, count)).map(keyOf));
      known.set(count, wrong);
    }
    return wrong.has(keyOf(broken));
  };
  return (broken) => {
    const last = changes.at(-1);
    if (last === undefined || isWrongAfter(0, broken)) return undefined;
    let fine = 0;
    let wrong = changes.length;
    while (wrong - fine > 1) {
      const middle = Math.floor((fine + wrong) / 2);
      if (!known.has(middle) && known.size >= MOST_CHECKS) return last;
      if (isWrongAfter(middle, broken)) wrong = middle;
      else fine = middle;
    }
    return changes[wrong - 1];
  };
}

function keyOf({ code, object, field = '' }: Broken): string {
  return JSON.stringify([code, objectKey(object), field]);
}
