import { isRecord } from '../plain/data.ts';
import { LIMITS } from '../stack/limits.ts';

/** A list or group that belongs to a draft, and can be changed. */
export type Holder = unknown[] | Record<string, unknown>;

/**
 * Plain data on its way to other plain data. What was handed in is never changed: each list and group is copied when
 * it is first entered, and only then, so that many changes cost no more than their paths are long.
 */
export interface Draft {
  /** The whole, to be entered. */
  root(): Holder;
  /** The list or group in a place; undefined for a single value. */
  enter(holder: Holder, key: string | number): Holder | undefined;
  get(holder: Holder, key: string | number): unknown;
  set(holder: Holder, key: string | number, value: unknown): void;
  /** Puts an item into a list, before the one with that index. */
  insert(list: unknown[], index: number, value: unknown): void;
  /** Takes a key out of a group, or an item out of a list. */
  remove(holder: Holder, key: string | number): void;
  /** A copy that shares nothing; undefined when this and the copies before it are too large together. */
  copy(value: unknown): { readonly value: unknown } | undefined;
  /** Takes back every change since the last `keep`. */
  undo(): void;
  /** Makes the changes up to here final. */
  keep(): void;
  /** The data as it is now; later changes may change it. */
  value(): unknown;
}

/** How many values all copies together may hold. */
export interface Allowance {
  left: number;
}

/**
 * A draft of an object.
 *
 * @param allowance shared by all drafts whose results are held at once
 */
export function draftOf(original: object, allowance: Allowance = { left: LIMITS.nodes }): Draft {
  const own = new WeakSet<object>();
  let undos: (() => void)[] = [];

  const owned = (value: unknown): Holder | undefined => {
    if (typeof value !== 'object' || value === null) return undefined;
    if (own.has(value)) return isHolder(value) ? value : undefined;
    const copied: Holder = Array.isArray(value) ? [...value] : Object.fromEntries(Object.entries(value));
    own.add(copied);
    return copied;
  };
  const get = (holder: Holder, key: string | number): unknown =>
    Array.isArray(holder) ? holder[Number(key)] : Object.hasOwn(holder, key) ? holder[key] : undefined;
  const put = (holder: Holder, key: string | number, value: unknown): void => {
    if (Array.isArray(holder)) holder[Number(key)] = value;
    // A key called __proto__ is one like any other.
    else Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
  };
  const top: { root: Holder } = { root: owned(original) ?? {} };

  return {
    root: () => top.root,
    enter: (holder, key) => {
      const inner = get(holder, key);
      const copied = owned(inner);
      // The same data in a copy of its own: nothing to undo.
      if (copied !== undefined && copied !== inner) put(holder, key, copied);
      return copied;
    },
    get,
    set: (holder, key, value) => {
      const wasThere = Array.isArray(holder) || Object.hasOwn(holder, key);
      const before = get(holder, key);
      put(holder, key, value);
      undos.push(() => {
        if (wasThere) put(holder, key, before);
        else if (!Array.isArray(holder)) delete holder[key];
      });
    },
    insert: (list, index, value) => {
      list.splice(index, 0, value);
      undos.push(() => list.splice(index, 1));
    },
    remove: (holder, key) => {
      const before = get(holder, key);
      if (Array.isArray(holder)) {
        holder.splice(Number(key), 1);
        undos.push(() => holder.splice(Number(key), 0, before));
        return;
      }
      if (!Object.hasOwn(holder, key)) return;
      delete holder[key];
      undos.push(() => put(holder, key, before));
    },
    copy: (value) => {
      const copied = copyOf(value, allowance);
      return allowance.left < 0 ? undefined : { value: copied };
    },
    undo: () => {
      for (const undo of undos.reverse()) undo();
      undos = [];
    },
    keep: () => {
      undos = [];
    },
    value: () => top.root,
  };
}

function isHolder(value: object): value is Holder {
  return Array.isArray(value) || isRecord(value);
}

/** Moves can nest an object deeper than any file; nothing may run out of stack before that is found. */
const DEEPEST = 10 * LIMITS.depth;

function copyOf(value: unknown, allowance: Allowance, depth = 0): unknown {
  allowance.left = depth > DEEPEST ? -1 : allowance.left - 1;
  if (allowance.left < 0 || typeof value !== 'object' || value === null) return value;
  const copy = (inner: unknown): unknown => copyOf(inner, allowance, depth + 1);
  if (Array.isArray(value)) return value.map(copy);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)]));
}

/** Merges a JSON merge patch (RFC 7386) into a draft: see `mergePatch`, which does the same to data. */
export function mergeInto(draft: Draft, holder: Holder, patch: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      draft.remove(holder, key);
      continue;
    }
    if (!isRecord(value)) {
      draft.set(holder, key, value);
      continue;
    }
    // What is no group gives way to one.
    if (!isRecord(draft.get(holder, key))) draft.set(holder, key, {});
    const inner = draft.enter(holder, key);
    if (inner !== undefined) mergeInto(draft, inner, value);
  }
}
