import { type Effort, regexp } from './regexp.ts';

/** One matcher of a rule, such as `Host(`a.org`)`. */
export interface Call {
  readonly name: string;
  readonly values: readonly string[];
  /** The same, read as regular expressions. */
  readonly regexps: readonly ReturnType<typeof regexp>[];
}

/** A word of a rule. */
export type Token = '(' | ')' | '!' | '&&' | '||' | Call;

const TOKEN = /\s*(?:([A-Za-z]+)\(([^()`"]*(?:(?:`[^`]*`|"[^"]*")[^()`"]*)*)\)|(&&|\|\||[!()]))/y;

/** The words of a rule of Traefik; undefined where it has something else. */
export function tokens(rule: string, shared: Effort): readonly Token[] | undefined {
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
