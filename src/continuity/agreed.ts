import { type Accepted, type AcceptedChange, changeOf } from '../system/accept.ts';
import { type Difference, type NewSide, valuesNow } from './compare.ts';

/** What the entries of `accept` come to. */
export interface Agreed {
  /** Differences that nobody has agreed to. */
  readonly open: readonly Difference[];
  /** Entries whose change is made, or was taken back, by their index: they can be removed. */
  readonly idle: readonly { readonly index: number; readonly now: string }[];
  /** Entries that fit neither what was nor what is, by their index. */
  readonly unfit: readonly { readonly index: number; readonly now: string }[];
}

/** Holds differences against what the stack file agrees to. */
export function agree(
  differences: readonly Difference[],
  accept: readonly Accepted[],
  after: NewSide,
): Agreed {
  const used = new Set<number>();
  const changes = accept.map(changeOf);
  const open = differences.filter((difference) => {
    const fitting = [...changes.keys()].filter((index) => isSame(changes[index], difference));
    for (const index of fitting) used.add(index);
    return fitting.length === 0;
  });
  const rest = changes.flatMap((entry, index) => {
    if (entry === undefined || used.has(index)) return [];
    const values = valuesNow(entry, after);
    const fits = values.includes(entry.to) || values.includes(entry.from);
    // The change is neither made nor taken back while the same object has one that is not agreed to.
    const isOpen = open.some(({ code, object }) => code === entry.code && object === entry.object);
    if (fits && isOpen) return [];
    return [{ index, now: values.join(' and '), fits }];
  });
  const without = (fits: boolean): Agreed['idle'] =>
    rest.filter((one) => one.fits === fits).map(({ index, now }) => ({ index, now }));
  return { open, idle: without(true), unfit: without(false) };
}

function isSame(entry: AcceptedChange | undefined, { code, object, from, to }: Difference): boolean {
  return entry?.code === code && entry.object === object && entry.from === from && entry.to === to;
}
