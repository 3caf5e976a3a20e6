/** Longer expressions and deeper groups are nobody's: they are not read. */
const LONGEST = 20_000;
const DEEPEST = 50;

/** Which characters may be at a place. */
interface Characters {
  readonly fits: (character: string) => boolean;
  /** The only one that fits. @default - there may be several */
  readonly only?: string;
}

/** A part of a regular expression. */
export type Part =
  | ({ readonly kind: 'character' } & Characters)
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'either'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly least: number; readonly most?: number };

/**
 * Reads a regular expression of Go (RE2) as far as entrances use them: no flags, no word boundaries. Undefined where it
 * has more than that.
 *
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function parts(text: string): Part | undefined {
  if (text.length > LONGEST) return undefined;
  const place: Place = { text, at: 0 };
  const part = either(place, 0);
  return place.at < text.length ? undefined : part;
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
  const found = set === undefined ? character(place, /[*+?{(]/) : members(place);
  if (found === undefined) return undefined;
  return { kind: 'character', ...(not === undefined ? found : { fits: (one) => !found.fits(one) }) };
}

/** What is between brackets. */
function members(place: Place): Characters | undefined {
  const all: Characters[] = [];
  do {
    const range = taken(place, /([^\\[])-([^\\\]])/y);
    const [, low = '', high = ''] = range ?? [];
    const one =
      range === undefined ? character(place, /\[/) : { fits: (it: string) => it >= low && it <= high };
    if (one === undefined) return undefined;
    all.push(one);
  } while (taken(place, /\]/y) === undefined);
  return { fits: (it) => all.some(({ fits }) => fits(it)) };
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
function character(place: Place, special: RegExp): Characters | undefined {
  const [text, escaped] = taken(place, /\\(.)|[^\\]/y) ?? [];
  if (text === undefined) return undefined;
  if (escaped === undefined) return special.test(text) ? undefined : exactly(text);
  const known = Object.hasOwn(CLASSES, escaped) ? CLASSES[escaped] : undefined;
  if (known !== undefined) return { fits: (it) => known.test(it) };
  return /\w/.test(escaped) ? undefined : exactly(escaped);
}

function exactly(character: string): Characters {
  return { fits: (it) => it === character, only: character };
}

/** What stands at a place, if it fits, and goes on after it. */
function taken(place: Place, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = place.at;
  const match = pattern.exec(place.text);
  if (match === null) return undefined;
  place.at = pattern.lastIndex;
  return match;
}
