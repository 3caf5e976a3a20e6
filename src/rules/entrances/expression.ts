import type { Effort } from './regexp.ts';
import { type Call, type Token, tokens } from './tokens.ts';

/** A request that an entrance may pass on, as far as rules ask. */
export interface Request {
  readonly host: string;
  readonly path: string;
  /**
   * True where the path goes on in any way: who says `yes` passes all of these requests on, and who says `no` none.
   * @default false: it is the whole path
   */
  readonly isBeginning?: boolean;
  /** True for a client whose address nobody lists. @default false: from one that the rule lets in */
  readonly isStranger?: boolean;
}

/** What a rule says of a request; `maybe` where it depends on what is not known here, such as headers. */
export type Answer = 'yes' | 'no' | 'maybe';

/** A rule of Traefik, read once. */
export interface TraefikRule {
  /** Whether a request passes. */
  passes(request: Request): Answer;
  /** The hosts that it names. */
  readonly hosts: readonly string[];
  /** The paths that it names, and those that its regular expressions begin with. */
  readonly paths: readonly string[];
}

/**
 * Reads a rule of Traefik.
 *
 * @example
 * traefikRule('Host(`a.org`) && PathPrefix(`/x`)', effort()).passes({ host: 'a.org', path: '/x/y' }) // 'yes'
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
 */
export function traefikRule(text: string, shared: Effort): TraefikRule {
  const words = tokens(text, shared);
  const calls = (words ?? []).flatMap((word) => (typeof word === 'string' ? [] : [word]));
  return {
    passes: (request) => {
      if (words === undefined) return 'maybe';
      const position = { at: 0 };
      const answer = either(words, position, request, 0);
      return position.at === words.length ? answer : 'maybe';
    },
    hosts: calls.flatMap(({ name, values }) => {
      if (name === 'hostsni') return values.filter((value) => value !== '*');
      return name === 'host' ? values : [];
    }),
    paths: calls.flatMap(({ name, values }) =>
      name === 'pathregexp' ? values.flatMap(beginningsOf) : values.filter((text) => text.startsWith('/')),
    ),
  };
}

function anyOf(answers: readonly Answer[]): Answer {
  return answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no';
}

interface Position {
  at: number;
}

/** Deeper rules are nobody's; what is not read may pass. */
const DEEPEST = 50;

function either(words: readonly Token[], position: Position, request: Request, depth: number): Answer {
  let answer = both(words, position, request, depth);
  while (words[position.at] === '||') {
    position.at++;
    answer = anyOf([answer, both(words, position, request, depth)]);
  }
  return answer;
}

function both(words: readonly Token[], position: Position, request: Request, depth: number): Answer {
  let answer = single(words, position, request, depth);
  while (words[position.at] === '&&') {
    position.at++;
    const other = single(words, position, request, depth);
    answer = answer === 'no' || other === 'no' ? 'no' : answer === 'yes' ? other : answer;
  }
  return answer;
}

function single(words: readonly Token[], position: Position, request: Request, depth: number): Answer {
  const word = words[position.at];
  if (depth > DEEPEST || word === undefined) return 'maybe';
  position.at++;
  if (word === '!') {
    const answer = single(words, position, request, depth + 1);
    return answer === 'maybe' ? 'maybe' : answer === 'yes' ? 'no' : 'yes';
  }
  if (word === '(') {
    const answer = either(words, position, request, depth + 1);
    if (words[position.at] !== ')') return 'maybe';
    position.at++;
    return answer;
  }
  return typeof word === 'string' ? 'maybe' : called(word, request);
}

function called({ name, values, regexps }: Call, request: Request): Answer {
  const { host, path, isBeginning = false, isStranger = false } = request;
  switch (name) {
    case 'hostsni':
      if (values.includes('*')) return 'yes';
      return values.some((value) => value.toLowerCase() === host.toLowerCase()) ? 'yes' : 'no';
    case 'host':
      return values.some((value) => value.toLowerCase() === host.toLowerCase()) ? 'yes' : 'no';
    case 'path':
      return anyOf(values.map((value) => (isBeginning ? mayBecome(path, value) : exactly(path, value))));
    case 'pathprefix':
      return anyOf(
        values.map((value) => {
          if (path.startsWith(value)) return 'yes';
          return isBeginning ? mayBecome(path, value) : 'no';
        }),
      );
    case 'pathregexp':
      return anyOf(regexps.map((found) => found(path, isBeginning)));
    case 'clientip':
      return isStranger ? 'no' : 'maybe';
    default:
      return 'maybe';
  }
}

function exactly(path: string, value: string): Answer {
  return path === value ? 'yes' : 'no';
}

/** Whether a path with this beginning can be, or begin with, the value. */
function mayBecome(beginning: string, value: string): Answer {
  return value.startsWith(beginning) ? 'maybe' : 'no';
}

/** The paths that a regular expression and its alternatives begin with: `^(/a|/b)$` -> `/a` and `/b`. */
export function beginningsOf(regexp: string): readonly string[] {
  return [...regexp.matchAll(/(?<=^|[(|^])\//g)].map(({ index }) => beginning(regexp.slice(index)));
}

/** The text that a regular expression surely begins with. */
function beginning(regexp: string): string {
  const [text = ''] = /^(?:[\w/:@%~=&;,-]|\\[.^$*+?()[\]{}|/-])*/.exec(regexp) ?? [];
  const plain = text.replaceAll(/\\(.)/g, '$1');
  return /^[*?{]/.test(regexp.slice(text.length)) ? plain.slice(0, -1) : plain;
}
