import type { Request } from './expression.ts';
import type { Effort } from './regexp.ts';
import { sureBeginning } from './regexp-beginning.ts';
import { type Call, type Token, tokens } from './tokens.ts';

/** A kind of request; without a host or path, of any. */
type Some = Partial<Pick<Request, 'host' | 'path' | 'isBeginning'>>;

/** Larger and deeper rules are nobody's; nothing is said of them. */
const MOST = 1000;
const DEEPEST = 50;

/**
 * Requests that stand for all that a rule of Traefik lets through, and perhaps for more: whoever passes these on
 * passes on everything that the rule does. None where that cannot be told, as for a rule without a host.
 *
 * @example
 * extentOf('Host(`a.org`) && (Path(`/x`) || PathPrefix(`/y`)) && Method(`GET`)', effort())
 * // [{ host: 'a.org', path: '/x', isBeginning: false }, { host: 'a.org', path: '/y', isBeginning: true }]
 */
export function extentOf(rule: string, shared: Effort): readonly Request[] {
  const words = tokens(rule, shared);
  if (words === undefined) return [];
  const position = { at: 0 };
  const all = either(words, position, 0);
  if (all === undefined || position.at < words.length) return [];
  const found: Request[] = [];
  for (const { host, path, isBeginning = false } of all) {
    if (host === undefined) return [];
    found.push(path === undefined ? { host, path: '/', isBeginning: true } : { host, path, isBeginning });
  }
  return found;
}

interface Position {
  at: number;
}

/** Undefined where a rule cannot be read or is too large. */
type Kinds = readonly Some[] | undefined;

function either(words: readonly Token[], position: Position, depth: number): Kinds {
  const all: Some[] = [];
  do {
    const some = both(words, position, depth);
    if (some === undefined || all.length + some.length > MOST) return undefined;
    all.push(...some);
  } while (isNext(words, position, '||'));
  return all;
}

function both(words: readonly Token[], position: Position, depth: number): Kinds {
  let all: readonly Some[] = [{}];
  do {
    const some = single(words, position, depth);
    if (some === undefined || all.length * some.length > MOST) return undefined;
    all = all.flatMap((one) => some.map((other) => narrower(one, other)));
  } while (isNext(words, position, '&&'));
  return all;
}

function single(words: readonly Token[], position: Position, depth: number): Kinds {
  const word = words[position.at];
  if (depth > DEEPEST || word === undefined) return undefined;
  position.at++;
  // What is excluded makes it fewer.
  if (word === '!') return single(words, position, depth + 1) === undefined ? undefined : [{}];
  if (word === '(') {
    const all = either(words, position, depth + 1);
    return isNext(words, position, ')') ? all : undefined;
  }
  return typeof word === 'string' ? undefined : called(word);
}

function isNext(words: readonly Token[], position: Position, word: Token): boolean {
  if (words[position.at] !== word) return false;
  position.at++;
  return true;
}

function called({ name, values }: Call): readonly Some[] {
  switch (name) {
    case 'hostsni':
      return values.map((host) => (host === '*' ? {} : { host }));
    case 'host':
      return values.map((host) => ({ host }));
    case 'path':
      return values.map((path) => ({ path }));
    case 'pathprefix':
      return values.map((path) => ({ path, isBeginning: true }));
    case 'pathregexp':
      return values.map((regexp) => ({ path: sureBeginning(regexp) || '/', isBeginning: true }));
    default:
      // Headers, methods and others make it fewer.
      return [{}];
  }
}

/** What both let through, or more than that. */
function narrower(one: Some, other: Some): Some {
  const host = one.host ?? other.host;
  const takesOther =
    one.path === undefined ||
    (one.isBeginning === true &&
      other.path !== undefined &&
      (other.isBeginning !== true || other.path.length > one.path.length));
  const { path, isBeginning } = takesOther ? other : one;
  return {
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path }),
    ...(isBeginning === undefined ? {} : { isBeginning }),
  };
}
