import { type Part, parts } from './regexp-parts.ts';

/** Whether a regular expression is found in a text; `maybe` where it uses what is not read here. */
export type Found = 'yes' | 'no' | 'maybe';

/** One step through an expression; `to` is what comes after it, by number. */
type Step =
  | { readonly kind: 'character'; readonly fits: (character: string) => boolean; readonly to: number }
  | { readonly kind: 'fork'; readonly to: readonly number[] }
  | { readonly kind: 'start' | 'end'; readonly to: number }
  | { readonly kind: 'found' };

/** More steps are nobody's; what is not read may be found. */
const MOST_STEPS = 20_000;

/** What reading may still cost, in steps, for all expressions that share it. */
export interface Effort {
  left: number;
}

/** Several times what the routes of a homeserver with every kind of worker take; some tenths of a second. */
export function effort(): Effort {
  return { left: 4_000_000 };
}

/**
 * Reads a regular expression of Go (RE2), such as entrances have, and says where it is found. It is never given to the
 * engine of JavaScript: that may take for ever for somebody else's expression, where this takes no longer than its
 * steps times the length of the text, and no more than the effort that is left. Flags and word boundaries are not read.
 * Of the beginning of a text it says `yes` only where it is found whatever comes after, and otherwise `maybe`.
 *
 * @example
 * regexp('^/_matrix/(v3|r0)/sync$', effort())('/_matrix/v3/sync'); // 'yes'
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function regexp(text: string, shared: Effort): (path: string, isBeginning?: boolean) => Found {
  const whole = new Map<string, Found>();
  const beginnings = new Map<string, Found>();
  let steps: readonly Step[] | undefined;
  return (path, isBeginning = false) => {
    const known = isBeginning ? beginnings : whole;
    let found = known.get(path);
    if (found === undefined) {
      steps ??= stepsOf(text);
      found = steps.length === 0 ? 'maybe' : search(steps, path, isBeginning, shared);
      known.set(path, found);
    }
    return found;
  };
}

/** Goes through all ways at once, one character after another; a way may begin at each of them. */
function search(steps: readonly Step[], path: string, isBeginning: boolean, shared: Effort): Found {
  const first = steps.length - 1;
  /** Where each step was last gone through. */
  const seen = new Int32Array(steps.length).fill(-1);
  let before: number[] = [];
  for (let at = 0; at <= path.length; at++) {
    const open = [...before, first];
    before = [];
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      const step = steps[number];
      if (step === undefined || seen[number] === at) continue;
      seen[number] = at;
      if (--shared.left < 0) return 'maybe';
      if (step.kind === 'found') return 'yes';
      if (step.kind === 'fork') open.push(...step.to);
      else if (step.kind === 'start' && at === 0) open.push(step.to);
      else if (step.kind === 'end' && at === path.length && !isBeginning) open.push(step.to);
      else if (step.kind === 'character' && at < path.length && step.fits(path[at] ?? ''))
        before.push(step.to);
    }
  }
  return isBeginning ? 'maybe' : 'no';
}

/** The steps of an expression, its first one at the end; none where it cannot be read. */
function stepsOf(text: string): readonly Step[] {
  const part = parts(text);
  if (part === undefined || size(part) > MOST_STEPS) return [];
  const steps: Step[] = [];
  const add = (step: Step): number => steps.push(step) - 1;
  const first = build(part, add({ kind: 'found' }), add);
  add({ kind: 'fork', to: [first] });
  return steps;
}

function size(part: Part): number {
  switch (part.kind) {
    case 'sequence':
    case 'either':
      return part.parts.reduce((sum, one) => sum + size(one), 1);
    case 'repeat':
      return (part.most ?? part.least + 1) * (size(part.part) + 1) + 1;
    default:
      return 1;
  }
}

/** Adds the steps of a part in front of the one that comes after it; gives the first of them. */
function build(part: Part, next: number, add: (step: Step) => number): number {
  switch (part.kind) {
    case 'sequence':
      return part.parts.reduceRight((after, one) => build(one, after, add), next);
    case 'either':
      return add({ kind: 'fork', to: part.parts.map((one) => build(one, next, add)) });
    case 'repeat':
      return buildRepeat(part, next, add);
    default:
      return add({ ...part, to: next });
  }
}

function buildRepeat(
  { part, least, most }: Extract<Part, { readonly kind: 'repeat' }>,
  next: number,
  add: (step: Step) => number,
): number {
  let first = next;
  if (most === undefined) {
    const to = [next];
    first = add({ kind: 'fork', to });
    to.push(build(part, first, add));
  }
  for (let count = least; count < (most ?? least); count++) {
    first = add({ kind: 'fork', to: [next, build(part, first, add)] });
  }
  for (let count = 0; count < least; count++) first = build(part, first, add);
  return first;
}
