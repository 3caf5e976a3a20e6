import { isRecord, valueAt } from '../plain/data.ts';
import type { Path } from '../stack/reading/yaml-source.ts';

/** What a stack is, by which everything of it is found again: without these it would be another one. */
const IDENTITY: ReadonlySet<string> = new Set(['schema', 'serverName', 'name', 'namespace']);
/** These change finished objects, and answer for that themselves. */
const NO_SETTINGS: ReadonlySet<string> = new Set(['overrides', 'accept', '$schema']);

/** Finds the part because of which something is wrong; undefined where it is wrong without any. */
export type Blame = (isWrong: (data: unknown) => boolean) => Path | undefined;

/**
 * Finds the parts of a stack file because of which something is wrong: for each thing the smallest one without which
 * it is not. The components of the stack stay; what is tried is what each would be without some of its settings. The
 * number of trials grows with the depth of the file, and with the logarithm of its length.
 *
 * @param data of the stack file
 * @param fits whether data still have what a stack file must have; of others nothing is asked
 */
export function blamer(data: unknown, fits: (data: unknown) => boolean): Blame {
  const known = new Map<string, readonly Path[]>();
  /** Of the parts of a place, those that the file can do without. */
  const spare = (place: string, parts: () => readonly Path[]): readonly Path[] => {
    const found = known.get(place) ?? parts().filter((part) => fits(without(data, [part])));
    known.set(place, found);
    return found;
  };
  return (isWrong) => {
    if (!isWrong(data)) return undefined;
    const isRightWithout = (removed: readonly Path[]): boolean => {
      const left = without(data, removed);
      return fits(left) && !isWrong(left);
    };
    let culprit = among(
      spare('', () => settings(data)),
      isRightWithout,
    );
    for (let next = culprit; next !== undefined; ) {
      const place = next;
      culprit = place;
      next = among(
        spare(JSON.stringify(place), () => partsOf(data, place)),
        isRightWithout,
      );
    }
    return culprit;
  };
}

/** The settings of a stack: what is at its top, and one level deeper in groups. */
function settings(data: unknown): readonly Path[] {
  return partsOf(data, [])
    .filter(([key = '']) => !IDENTITY.has(String(key)) && !NO_SETTINGS.has(String(key)))
    .flatMap((path) => (isRecord(valueAt(data, path)) ? partsOf(data, path) : [path]));
}

function partsOf(data: unknown, path: Path): readonly Path[] {
  const value = valueAt(data, path);
  if (Array.isArray(value)) return value.map((_item, index) => [...path, index]);
  return isRecord(value) ? Object.keys(value).map((key) => [...path, key]) : [];
}

/** The one of these parts without which nothing is wrong; undefined where something is without all of them. */
function among(
  parts: readonly Path[],
  isRightWithout: (removed: readonly Path[]) => boolean,
): Path | undefined {
  if (parts.length === 0 || !isRightWithout(parts)) return undefined;
  let some = parts;
  while (some.length > 1) {
    const half = some.slice(0, Math.ceil(some.length / 2));
    some = isRightWithout(half) ? half : some.slice(half.length);
  }
  return some[0];
}

/** A copy without these parts. An item of a list leaves null behind, so that the others keep their numbers. */
function without(data: unknown, removed: readonly Path[]): unknown {
  if (removed.length === 0) return data;
  if (Array.isArray(data)) {
    return data.map((item: unknown, index) => kept(item, index, removed)[0] ?? null);
  }
  if (!isRecord(data)) return data;
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, inner]) => kept(inner, key, removed).map((left) => [key, left])),
  );
}

/** What is left of the value at a step: one value, or none. */
function kept(value: unknown, step: string | number, removed: readonly Path[]): readonly unknown[] {
  const here = removed.filter(([first]) => first === step).map((path) => path.slice(1));
  return here.some((path) => path.length === 0) ? [] : [without(value, here)];
}
