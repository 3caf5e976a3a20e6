import { isRecord } from '../plain/data.ts';
import { suggestion } from '../plain/nearest.ts';
import { countText, LIMITS } from '../stack/limits.ts';
import type { Operation } from '../system/overrides.ts';
import type { Draft, Holder } from './draft.ts';

/** Why a step does not fit: what, and what to write. */
export interface Misfit {
  /** The key of the step to change. */
  readonly key: 'op' | 'path' | 'from' | 'value';
  readonly what: string;
  readonly remedy: string;
}

/** Steps into an object that mean something else to JavaScript; no Kubernetes object has them. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Applies one step of a JSON patch (RFC 6902) to a draft; `add`, `replace` and `copy` never share what other parts of
 * the object hold, so that later steps change one place only.
 *
 * @returns why it does not fit; the draft is then as it was, or as far as `move` came: undo it.
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export function applyStep(draft: Draft, { op, path, from, value }: Operation): Misfit | undefined {
  const target = pointer(path, 'path');
  if ('what' in target) return target;
  if (op === 'add' || op === 'replace' || op === 'test') {
    if (value === undefined)
      return { key: 'op', what: `op: ${op} needs a value`, remedy: 'add the key value' };
    if (op === 'add') return add(draft, target.steps, value, 'path');
    if (op === 'replace') return replace(draft, target.steps, value);
    return test(draft, target.steps, value);
  }
  if (op === 'remove') return remove(draft, target.steps, 'path');
  if (from === undefined) {
    return {
      key: 'op',
      what: `op: ${op} needs from`,
      remedy: 'add the key from, a path such as /spec/replicas',
    };
  }
  const source = pointer(from, 'from');
  if ('what' in source) return source;
  return op === 'copy' ? copy(draft, source.steps, target.steps) : move(draft, source.steps, target.steps);
}

/** The steps of a JSON pointer. */
function pointer(text: string, key: 'path' | 'from'): { readonly steps: readonly string[] } | Misfit {
  if (text === '') {
    const remedy = 'write the path of a part of it, such as /spec/replicas';
    return { key, what: 'an empty path means the whole object, which an override cannot replace', remedy };
  }
  const steps = text
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const reserved = steps.find((step) => RESERVED.has(step));
  if (reserved !== undefined) {
    return {
      key,
      what: `"${reserved}" is not the name of a field`,
      remedy: LOOK,
    };
  }
  if (steps.length > LIMITS.pointer) {
    const what = `this path has ${countText(steps.length)} steps`;
    return { key, what, remedy: `write a path of at most ${LIMITS.pointer} steps` };
  }
  return { steps };
}

/** A place in the object: what holds it, and by which key or index. */
type Place = { readonly holder: Holder; readonly key: string | number };

/**
 * The place that steps lead to.
 *
 * @param isNew true where the last step may name something that is not there yet
 */
function locate(draft: Draft, steps: readonly string[], key: Misfit['key'], isNew: boolean): Place | Misfit {
  let holder: Holder = draft.root();
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const here = pointerText(steps.slice(0, index + 1));
    const at = Array.isArray(holder)
      ? indexIn(holder, steps, index, isLast && isNew)
      : isNew && isLast
        ? step
        : keyIn(holder, steps, index);
    if (typeof at === 'object') return { key, what: `${here} ${at.what}`, remedy: at.remedy };
    if (isLast) return { holder, key: at };
    const next = draft.enter(holder, at);
    if (next === undefined) {
      const what = `${here} is a single value, and has nothing below it`;
      return { key, what, remedy: `end the path there, or ${LOOK}` };
    }
    holder = next;
  }
  throw new Error('a JSON pointer without steps');
}

const LOOK = 'look it up in the rendered file';

/** Why a step leads nowhere, and what to write instead. */
type Astray = { readonly what: string; readonly remedy: string };

function escaped(step: string): string {
  const text = step.replaceAll('~', '~0').replaceAll('/', '~1');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** An index as RFC 6901 writes it: no sign, no leading zero, no exponent. */
function indexIn(
  list: readonly unknown[],
  steps: readonly string[],
  depth: number,
  isNew: boolean,
): number | Astray {
  const step = steps[depth] ?? '';
  const items = `${list.length} ${list.length === 1 ? 'item' : 'items'}`;
  const last =
    list.length === 0 ? '' : `write ${list.length === 1 ? '0' : `a number from 0 to ${list.length - 1}`}`;
  const or = last === '' ? '' : `${last}, or `;
  if (step === '-') {
    if (isNew) return list.length;
    return { what: 'is the place after the last item, which is empty', remedy: `${or}use op: add` };
  }
  if (!/^(?:0|[1-9][0-9]{0,8})$/.test(step)) {
    const named = list.findIndex((item) => isRecord(item) && item.name === step);
    const remedy =
      named === -1
        ? 'write 0 for the first item, 1 for the second, or - to add one'
        : `items are counted from 0: write ${pointerText([...steps.slice(0, depth), String(named), ...steps.slice(depth + 1)])}`;
    return { what: 'is not the number of an item in the list', remedy };
  }
  const index = Number(step);
  if (index < list.length || (isNew && index === list.length)) return index;
  return {
    what: `is beyond the end of the list, which has ${items}`,
    remedy: `${or}add one with op: add and -`,
  };
}

function keyIn(
  group: Readonly<Record<string, unknown>>,
  steps: readonly string[],
  depth: number,
): string | Astray {
  const step = steps[depth] ?? '';
  if (Object.hasOwn(group, step)) return step;
  const keys = Object.keys(group);
  const rest = steps.slice(depth).join('/');
  const cut = keys.find((key) => key.includes('/') && (rest === key || rest.startsWith(`${key}/`)));
  if (cut !== undefined) {
    const path = `${pointerText([...steps.slice(0, depth), cut])}${rest.slice(cut.length)}`;
    return { what: 'is missing', remedy: `write a slash within a key as ~1: ${path}` };
  }
  const parent = depth === 0 ? 'the object' : pointerText(steps.slice(0, depth));
  const known = keys.length === 0 ? 'is empty' : `has ${shortList(keys.map(escaped))}`;
  return { what: 'is missing', remedy: `${suggestion(step, keys)}${parent} ${known}` };
}

/** The first keys of a group; a ConfigMap may have very many. */
function shortList(keys: readonly string[]): string {
  return keys.length <= 15 ? keys.join(', ') : `${keys.slice(0, 15).join(', ')} and ${keys.length - 15} more`;
}

function add(draft: Draft, steps: readonly string[], value: unknown, key: Misfit['key']): Misfit | undefined {
  const place = locate(draft, steps, key, true);
  if ('what' in place) return place;
  if (Array.isArray(place.holder)) draft.insert(place.holder, Number(place.key), value);
  else draft.set(place.holder, place.key, value);
  return undefined;
}

function replace(draft: Draft, steps: readonly string[], value: unknown): Misfit | undefined {
  const place = locate(draft, steps, 'path', false);
  if ('what' in place) return place;
  draft.set(place.holder, place.key, value);
  return undefined;
}

function remove(draft: Draft, steps: readonly string[], key: Misfit['key']): Misfit | undefined {
  const place = locate(draft, steps, key, false);
  if ('what' in place) return place;
  draft.remove(place.holder, place.key);
  return undefined;
}

function test(draft: Draft, steps: readonly string[], value: unknown): Misfit | undefined {
  const place = locate(draft, steps, 'path', false);
  if ('what' in place) return place;
  if (isSame(draft.get(place.holder, place.key), value)) return undefined;
  const what = `the test fails: ${pointerText(steps)} has another value`;
  return {
    key: 'value',
    what,
    remedy: 'the object has changed since this was written: check the other steps too',
  };
}

function copy(draft: Draft, from: readonly string[], to: readonly string[]): Misfit | undefined {
  const place = locate(draft, from, 'from', false);
  if ('what' in place) return place;
  const copied = draft.copy(draft.get(place.holder, place.key));
  if (copied === undefined) {
    const what = `the copies that overrides make hold more than ${countText(LIMITS.nodes)} values`;
    return { key: 'from', what, remedy: 'copy less' };
  }
  return add(draft, to, copied.value, 'path');
}

function move(draft: Draft, from: readonly string[], to: readonly string[]): Misfit | undefined {
  const place = locate(draft, from, 'from', false);
  if ('what' in place) return place;
  if (from.every((step, index) => step === to[index])) {
    if (from.length === to.length) return undefined;
    const what = `${pointerText(from)} cannot move into itself`;
    return { key: 'path', what, remedy: 'write a path outside of what is moved' };
  }
  const moved = draft.get(place.holder, place.key);
  draft.remove(place.holder, place.key);
  return add(draft, to, moved, 'path');
}

function pointerText(steps: readonly string[]): string {
  return `/${steps.map(escaped).join('/')}`;
}

/** Equal as JSON: the order of keys means nothing. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSame(item, b[index]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}
