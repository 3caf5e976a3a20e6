/** Whether a regular expression is found in a text; `maybe` where it uses what is not read here. */
export type Found = 'yes' | 'no' | 'maybe';

/** One step through an expression; `to` is what comes after it, by number. */
type Step =
  | { readonly kind: 'character'; readonly fits: (character: string) => boolean; readonly to: number }
  | { readonly kind: 'fork'; readonly to: readonly number[] }
  | { readonly kind: 'start' | 'end'; readonly to: number }
  | { readonly kind: 'found' };

/** Longer expressions, more steps and deeper groups are nobody's; what is not read may be found. */
const LONGEST = 20_000;
const MOST_STEPS = 20_000;
const DEEPEST = 50;

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
 *
 * @example
 * regexp('^/_matrix/(v3|r0)/sync$', effort())('/_matrix/v3/sync'); // 'yes'
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function regexp(text: string, shared: Effort): (path: string) => Found {
  const known = new Map<string, Found>();
  let steps: readonly Step[] | undefined;
  return (path) => {
    let found = known.get(path);
    if (found === undefined) {
      steps ??= stepsOf(text);
      found = steps.length === 0 ? 'maybe' : search(steps, path, shared);
      known.set(path, found);
    }
    return found;
  };
}

/** Goes through all ways at once, one character after another; a way may begin at each of them. */
function search(steps: readonly Step[], path: string, shared: Effort): Found {
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
      else if (step.kind === 'end' && at === path.length) open.push(step.to);
      else if (step.kind === 'character' && at < path.length && step.fits(path[at] ?? ''))
        before.push(step.to);
    }
  }
  return 'no';
}

/** The steps of an expression, its first one at the end; none where it cannot be read. */
function stepsOf(text: string): readonly Step[] {
  if (text.length > LONGEST) return [];
  const place: Place = { text, at: 0 };
  const part = either(place, 0);
  if (part === undefined || place.at < text.length || size(part) > MOST_STEPS) return [];
  const steps: Step[] = [];
  const add = (step: Step): number => steps.push(step) - 1;
  const first = build(part, add({ kind: 'found' }), add);
  add({ kind: 'fork', to: [first] });
  return steps;
}

type Part =
  | { readonly kind: 'character'; readonly fits: (character: string) => boolean }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'either'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly least: number; readonly most?: number };

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

interface Place {
  readonly text: string;
  at: number;
}

function either(place: Place, depth: number): Part | undefined {
  if (depth > DEEPEST) return undefined;
  const parts: Part[] = [];
  do {
    const one = sequence(place, depth);
    if (one === undefined) return undefined;
    parts.push(one);
  } while (taken(place, /\|/y) !== undefined);
  return { kind: 'either', parts };
}

function sequence(place: Place, depth: number): Part | undefined {
  const parts: Part[] = [];
  while (place.at < place.text.length && !/[|)]/.test(place.text[place.at] ?? '')) {
    const one = single(place, depth);
    if (one === undefined) return undefined;
    const [sign, least, comma, most] = taken(place, /(?:[*+?]|\{(\d{1,4})(,)?(\d{1,4})?\})(?:\?)?/y) ?? [];
    if (sign === undefined) parts.push(one);
    else if (least !== undefined) parts.push(times(one, Number(least), comma, most));
    else if (sign.startsWith('?')) parts.push({ kind: 'repeat', part: one, least: 0, most: 1 });
    else parts.push({ kind: 'repeat', part: one, least: sign.startsWith('+') ? 1 : 0 });
  }
  return { kind: 'sequence', parts };
}

/** `{2}`, `{2,}`, `{2,5}` */
function times(part: Part, least: number, comma: string | undefined, most: string | undefined): Part {
  if (comma === undefined) return { kind: 'repeat', part, least, most: least };
  return { kind: 'repeat', part, least, ...(most === undefined ? {} : { most: Number(most) }) };
}

function single(place: Place, depth: number): Part | undefined {
  if (taken(place, /\((?:\?:|\?P?<\w+>)?(?!\?)/y) !== undefined) {
    const inner = either(place, depth + 1);
    return taken(place, /\)/y) === undefined ? undefined : inner;
  }
  if (taken(place, /\^|\\A/y) !== undefined) return { kind: 'start' };
  if (taken(place, /\$|\\z/y) !== undefined) return { kind: 'end' };
  if (taken(place, /\./y) !== undefined) return { kind: 'character', fits: (one) => one !== '\n' };
  const [set, not] = taken(place, /\[(\^)?/y) ?? [];
  const fits = set === undefined ? character(place, /[*+?{(]/) : members(place);
  if (fits === undefined) return undefined;
  return { kind: 'character', fits: not === undefined ? fits : (one) => !fits(one) };
}

type Fits = (character: string) => boolean;

/** What is between brackets. */
function members(place: Place): Fits | undefined {
  const all: Fits[] = [];
  do {
    const range = taken(place, /([^\\[])-([^\\\]])/y);
    const [, low = '', high = ''] = range ?? [];
    const one = range === undefined ? character(place, /\[/) : (it: string) => it >= low && it <= high;
    if (one === undefined) return undefined;
    all.push(one);
  } while (taken(place, /\]/y) === undefined);
  return (it) => all.some((fits) => fits(it));
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  d: /\d/,
  D: /\D/,
  w: /\w/,
  W: /\W/,
  s: /[\t\n\f\r ]/,
  S: /[^\t\n\f\r ]/,
};

/** One character, or one of a class. Letters and digits after a backslash mean more than is read here. */
function character(place: Place, special: RegExp): Fits | undefined {
  const [text, escaped] = taken(place, /\\(.)|[^\\]/y) ?? [];
  if (text === undefined) return undefined;
  if (escaped === undefined) return special.test(text) ? undefined : (it) => it === text;
  const known = Object.hasOwn(CLASSES, escaped) ? CLASSES[escaped] : undefined;
  if (known !== undefined) return (it) => known.test(it);
  return /\w/.test(escaped) ? undefined : (it) => it === escaped;
}

/** What stands at a place, if it fits, and goes on after it. */
function taken(place: Place, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = place.at;
  const match = pattern.exec(place.text);
  if (match === null) return undefined;
  place.at = pattern.lastIndex;
  return match;
}
