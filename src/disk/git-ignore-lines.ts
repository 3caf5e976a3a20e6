/** A line of a file such as `.gitignore` (https://git-scm.com/docs/gitignore). */
export interface IgnoreLine {
  /** Path from the top of the checkout. */
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** As it is written, without spaces that say nothing. */
  readonly text: string;
  /** Folder that the pattern is for, from the top; empty for the top itself. */
  readonly base: string;
  readonly isNegative: boolean;
  readonly forFolders: boolean;
  /** Whether it is for paths from the base, not for names anywhere below. */
  readonly isPath: boolean;
  readonly pattern: readonly Token[];
}

/** A piece of a pattern: what a single character may be, or any number of them. */
type Token =
  | { readonly kind: 'one'; readonly fits: (character: string) => boolean }
  /** `*`: any characters but a slash. */
  | { readonly kind: 'name' }
  /** `**` at the end: everything below. */
  | { readonly kind: 'all' }
  /** `**` before a slash: any number of whole folders. */
  | { readonly kind: 'folders' };

/** Characters; a longer pattern is nobody's, and fits nothing. */
const LONGEST_PATTERN = 1024;

/** The lines of a file that say something. */
export function parseIgnoreFile(file: string, base: string, text: string): readonly IgnoreLine[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((line, index) => {
      let pattern = line.replace(/\r$/, '');
      if (pattern.startsWith('#')) return [];
      // Spaces at the end count only behind a backslash.
      while (/ $/.test(pattern) && !/\\ $/.test(pattern)) pattern = pattern.slice(0, -1);
      const written = pattern;
      const isNegative = pattern.startsWith('!');
      if (isNegative) pattern = pattern.slice(1);
      const forFolders = pattern.endsWith('/');
      if (forFolders) pattern = pattern.slice(0, -1);
      const isPath = pattern.includes('/');
      if (pattern.startsWith('/')) pattern = pattern.slice(1);
      if (pattern === '' || pattern.length > LONGEST_PATTERN) return [];
      const tokens = tokensOf(pattern);
      if (tokens === undefined) return [];
      return [
        { file, line: index + 1, text: written, base, isNegative, forFolders, isPath, pattern: tokens },
      ];
    });
}

/** Whether a line is about a path, seen from the top of the checkout. */
export function isMatch(line: IgnoreLine, path: string, isFolder: boolean): boolean {
  if (line.forFolders && !isFolder) return false;
  const below = line.base === '' ? path : path.slice(line.base.length + 1);
  return fits(line.pattern, line.isPath ? below : below.slice(below.lastIndexOf('/') + 1));
}

/**
 * Whether a pattern fits a whole text. Every place in the text is asked once for every token, so that no pattern takes
 * long, whoever wrote it; for a regular expression there is no such bound.
 */
function fits(pattern: readonly Token[], text: string): boolean {
  const characters = [...text];
  // Where in the text the tokens so far can have ended.
  let ends = new Set([0]);
  for (const token of pattern) {
    const next = new Set<number>();
    for (const end of ends) for (const place of after(token, characters, end, next)) next.add(place);
    ends = next;
    if (ends.size === 0) return false;
  }
  return ends.has(characters.length);
}

/** The places that a token can lead to; stops at one that is known, since the rest is known too. */
function* after(
  token: Token,
  characters: readonly string[],
  start: number,
  known: ReadonlySet<number>,
): Generator<number> {
  if (token.kind === 'one') {
    const character = characters[start];
    if (character !== undefined && token.fits(character)) yield start + 1;
    return;
  }
  if (token.kind === 'folders') {
    yield start;
    for (let at = start; at < characters.length; at++) if (characters[at] === '/') yield at + 1;
    return;
  }
  for (let at = start; at <= characters.length; at++) {
    if (known.has(at)) return;
    yield at;
    if (token.kind === 'name' && characters[at] === '/') return;
  }
}

/** The tokens of a pattern; undefined for one that git takes for nothing. */
function tokensOf(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const characters = [...pattern];
  const same = (wanted: string): Token => ({ kind: 'one', fits: (character) => character === wanted });
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '\\') {
      at++;
      const escaped = characters[at];
      if (escaped === undefined) return undefined;
      tokens.push(same(escaped));
    } else if (character === '?') {
      tokens.push({ kind: 'one', fits: (one) => one !== '/' });
    } else if (character === '*') {
      const start = at;
      while (characters[at + 1] === '*') at++;
      const isWhole = (start === 0 || characters[start - 1] === '/') && at - start === 1;
      if (isWhole && characters[at + 1] === '/') {
        tokens.push({ kind: 'folders' });
        at++;
      } else if (isWhole && at === characters.length - 1 && start > 0) {
        // Something has to be below.
        tokens.push({ kind: 'one', fits: () => true }, { kind: 'all' });
      } else tokens.push({ kind: 'name' });
    } else if (character === '[') {
      const set = setAt(characters, at);
      if (set === undefined) return undefined;
      tokens.push({ kind: 'one', fits: (one) => one !== '/' && set.fits(one) });
      at = set.end;
    } else tokens.push(same(character));
  }
  return tokens;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** `[a-z]` and the like, from its bracket on; undefined where it does not end. */
function setAt(
  characters: readonly string[],
  start: number,
): { readonly fits: (character: string) => boolean; readonly end: number } | undefined {
  const tests: ((character: string) => boolean)[] = [];
  let at = start + 1;
  const isNegative = characters[at] === '!' || characters[at] === '^';
  if (isNegative) at++;
  for (let isFirst = true; ; isFirst = false) {
    let character = characters[at];
    if (character === undefined) return undefined;
    if (character === ']' && !isFirst) break;
    if (character === '[' && characters[at + 1] === ':') {
      const end = characters.indexOf(']', at);
      const named = CLASSES[characters.slice(at + 2, end - 1).join('')];
      if (end < 0 || characters[end - 1] !== ':' || named === undefined) return undefined;
      tests.push((one) => named.test(one));
      at = end + 1;
      continue;
    }
    if (character === '\\') character = characters[++at];
    const from = character;
    let to = from;
    if (characters[at + 1] === '-' && characters[at + 2] !== ']' && characters[at + 2] !== undefined) {
      at += 2;
      if (characters[at] === '\\') at++;
      to = characters[at];
    }
    if (from === undefined || to === undefined) return undefined;
    const last = to;
    tests.push((one) => one >= from && one <= last);
    at++;
  }
  return { fits: (one) => tests.some((test) => test(one)) !== isNegative, end: at };
}
