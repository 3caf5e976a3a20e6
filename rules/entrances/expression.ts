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
  /** All texts in it: hosts, paths and others. */
  readonly literals: readonly string[];
}

/**
 * Reads a rule of Traefik. Regular expressions are never run: they are somebody else's, and may take for ever.
 *
 * @example
 * traefikRule('Host(`a.org`) && PathPrefix(`/x`)').passes({ host: 'a.org', path: '/x/y' }) // 'yes'
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
 */
export function traefikRule(text: string): TraefikRule {
  const words = tokens(text);
  const calls = (words ?? []).flatMap((word) => (typeof word === 'string' ? [] : [word]));
  return {
    passes: (request) => {
      if (words === undefined) return 'maybe';
      const position = { at: 0 };
      const answer = either(words, position, request, 0);
      return position.at === words.length ? answer : 'maybe';
    },
    hosts: calls.filter(({ name }) => name === 'host').flatMap(({ values }) => values),
    literals: calls.flatMap(({ values }) => values),
  };
}

interface Call {
  readonly name: string;
  readonly values: readonly string[];
}
type Token = '(' | ')' | '!' | '&&' | '||' | Call;

const TOKEN = /\s*(?:([A-Za-z]+)\(([^()`"]*(?:(?:`[^`]*`|"[^"]*")[^()`"]*)*)\)|(&&|\|\||[!()]))/y;

function tokens(rule: string): readonly Token[] | undefined {
  const found: Token[] = [];
  const text = rule.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const [, name, values = '', sign] = match;
    if (name !== undefined) {
      const texts = [...values.matchAll(/`([^`]*)`|"([^"]*)"/g)].map(([, a, b]) => a ?? b ?? '');
      found.push({ name: name.toLowerCase(), values: texts });
    } else if (sign === '(' || sign === ')' || sign === '!' || sign === '&&' || sign === '||') {
      found.push(sign);
    }
  }
  return found;
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
    const other = both(words, position, request, depth);
    answer = answer === 'yes' || other === 'yes' ? 'yes' : answer === 'no' ? other : answer;
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

function called({ name, values }: Call, { host, path, isStranger = false }: Request): Answer {
  const any = (fits: (value: string) => boolean): Answer => (values.some(fits) ? 'yes' : 'no');
  switch (name) {
    case 'host':
      return any((value) => value.toLowerCase() === host.toLowerCase());
    case 'path':
      return any((value) => value === path);
    case 'pathprefix':
      return any((value) => path.startsWith(value));
    case 'pathregexp':
      return values.some((value) => mayFind(value, path)) ? 'maybe' : 'no';
    case 'clientip':
      return isStranger ? 'no' : 'maybe';
    default:
      return 'maybe';
  }
}

/** Whether a regular expression may be found in a path, by how it begins. */
export function mayFind(regexp: string, path: string): boolean {
  const beginnings = beginningsOf(regexp);
  return beginnings === undefined || beginnings.some((beginning) => path.startsWith(beginning));
}

/** `^(/a|/b)$` -> `/a` and `/b`; undefined where it may be found anywhere. */
function beginningsOf(regexp: string): readonly string[] | undefined {
  if (!regexp.startsWith('^')) return undefined;
  const [, group, rest = ''] = /^\^\(([^()?[\]]*)\)(.*)$/.exec(regexp) ?? [];
  // What makes a group optional, or one of several.
  if (group !== undefined) return /^[*?{]|\|/.test(rest) ? undefined : group.split('|').map(beginning);
  return regexp.includes('|') ? undefined : [beginning(regexp.slice(1))];
}

/** The text that a regular expression surely begins with. */
function beginning(regexp: string): string {
  const [text = ''] = /^(?:[\w/:@%~=&;,-]|\\[.^$*+?()[\]{}|/-])*/.exec(regexp) ?? [];
  const plain = text.replaceAll(/\\(.)/g, '$1');
  return /^[*?{]/.test(regexp.slice(text.length)) ? plain.slice(0, -1) : plain;
}
