import { type Effort, type Found, regexp } from './regexp.ts';

/** A request that an entrance may pass on, as far as rules ask. */
export interface Request {
  readonly host: string;
  readonly path: string;
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
    hosts: calls.filter(({ name }) => name === 'host').flatMap(({ values }) => values),
    paths: calls.flatMap(({ name, values }) =>
      name === 'pathregexp' ? values.flatMap(beginningsOf) : values.filter((text) => text.startsWith('/')),
    ),
  };
}

interface Call {
  readonly name: string;
  readonly values: readonly string[];
  /** The same, read as regular expressions. */
  readonly regexps: readonly ((path: string) => Found)[];
}
type Token = '(' | ')' | '!' | '&&' | '||' | Call;

const TOKEN = /\s*(?:([A-Za-z]+)\(([^()`"]*(?:(?:`[^`]*`|"[^"]*")[^()`"]*)*)\)|(&&|\|\||[!()]))/y;

function tokens(rule: string, shared: Effort): readonly Token[] | undefined {
  const found: Token[] = [];
  const text = rule.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const [, name, values = '', sign] = match;
    if (name !== undefined) {
      const texts = [...values.matchAll(/`([^`]*)`|"([^"]*)"/g)].map(([, a, b]) => a ?? b ?? '');
      found.push({
        name: name.toLowerCase(),
        values: texts,
        regexps: texts.map((one) => regexp(one, shared)),
      });
    } else if (sign === '(' || sign === ')' || sign === '!' || sign === '&&' || sign === '||') {
      found.push(sign);
    }
  }
  return found;
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

function called({ name, values, regexps }: Call, { host, path, isStranger = false }: Request): Answer {
  const any = (fits: (value: string) => boolean): Answer => (values.some(fits) ? 'yes' : 'no');
  switch (name) {
    case 'host':
      return any((value) => value.toLowerCase() === host.toLowerCase());
    case 'path':
      return any((value) => value === path);
    case 'pathprefix':
      return any((value) => path.startsWith(value));
    case 'pathregexp':
      return anyOf(regexps.map((found) => found(path)));
    case 'clientip':
      return isStranger ? 'no' : 'maybe';
    default:
      return 'maybe';
  }
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
