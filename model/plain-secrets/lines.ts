import type { PlainSecret } from './forms.ts';
import { isLiteral, isSecretName } from './names.ts';
import { AUTHORIZATION, DIRECTIVES, HINT, NETRC_LINE, PGPASS_LINE, USER_OPTIONS } from './words.ts';

/** A secret in a line of text that has no other structure. */
export interface LineSecret {
  /** Counted from 1. */
  readonly line: number;
  /** The name that it has there; undefined where the line says it in another way. */
  readonly name: string | undefined;
}

/** A name and what follows it: `export NAME=value`, `"name": value`, `# name: value`. */
const ASSIGNMENT =
  /^[\s#;/*-]{0,40}(?:(?:export|set|ENV|local)\s{1,9})?["']?([\w./-]{1,200})["']?\s{0,40}[:=]{1,2}>?\s{0,40}(.*)$/;
/** A header in quotes, as commands take them. */
const HEADER = /["']([\w-]{2,60}):\s{0,9}([^"']{1,4000})["']/g;

/** A key and its value in braces. */
const IN_BRACES = /[{,]\s{0,9}["']?([\w.-]{2,100})["']?\s?:\s{0,9}["']?([^\s"'{},]{1,4000})/g;

/**
 * Secrets in a text that is no YAML or JSON: settings, scripts, commands, connection strings.
 *
 * @param code true where a bare word is an expression of a programming language: only what is in quotes counts then
 */
export function secretsInLines(text: string, code = false): readonly LineSecret[] {
  const found: LineSecret[] = [];
  if (!HINT.test(text)) return found;
  for (const [index, line] of text.split('\n').entries()) {
    const name = HINT.test(line) ? secretInLine(line.trim(), code) : undefined;
    if (name !== undefined) found.push({ line: index + 1, name: name === '' ? undefined : name });
  }
  return found;
}

/** The name of a secret in a line, empty where it has none; undefined without a secret. */
function secretInLine(line: string, code: boolean): string | undefined {
  const [, key, rest = ''] = /[:=]/.test(line) ? (ASSIGNMENT.exec(line) ?? []) : [];
  if (key !== undefined) {
    if (isSecretName(key) && isLiteral(writtenValue(rest, code))) return key;
    if (isAuthorization(key, unquoted(rest))) return key;
  }
  for (const [, name = '', value = ''] of line.matchAll(HEADER)) {
    if ((isSecretName(name) && isLiteral(value)) || isAuthorization(name, value)) return name;
  }
  const header = /authorization["']?[\s:=]{1,9}["']?((?:bearer|basic|token)\s{1,9}[^\s"']{4,4000})/i.exec(
    line,
  );
  if (header !== null && isAuthorization('authorization', header[1] ?? '')) return 'Authorization';
  if (code) return undefined;
  if (line.includes('{')) {
    for (const [, name = '', value = ''] of line.matchAll(IN_BRACES)) {
      if (isSecretName(name) && isWordOfItsOwn(value)) return name;
    }
  }
  const password = (PGPASS_LINE.exec(line) ?? NETRC_LINE.exec(line))?.[1];
  if (password !== undefined && isLiteral(password)) return '';
  return secretInWords(line.split(/[\s;,?&]+/).map(unquoted));
}

/**
 * A secret among the words of a command or a connection string: `--password=x`, `--api-secret x`, `PASSWORD=x`.
 *
 * @returns the name it has; undefined without a secret
 */
export function secretInWords(words: readonly string[]): string | undefined {
  const [first = '', second] = words;
  if (DIRECTIVES.has(first) && isWordOfItsOwn(second)) return first;
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    if (USER_OPTIONS.has(word) && next !== undefined) {
      const password = /^[^\s:]+:([^\s:/]+)$/.exec(next)?.[1];
      if (password !== undefined && !/^\d+$/.test(password) && isWordOfItsOwn(password)) return word;
    }
    const equals = word.indexOf('=');
    const name = (equals === -1 ? word : word.slice(0, equals)).replace(/^["']?-{0,2}/, '');
    if (!/^[A-Za-z_][\w.-]{0,199}$/.test(name) || !isSecretName(name)) continue;
    const value =
      equals === -1 ? (word.startsWith('-') ? next : undefined) : unquoted(word.slice(equals + 1));
    if (value?.startsWith('-') !== true && isWordOfItsOwn(value)) return name;
  }
  return undefined;
}

/** Whether a key with this value is a header that lets somebody in. */
export function isAuthorization(key: string, value: string): boolean {
  if (!/^(?:proxy-)?authorization$/i.test(key)) return false;
  const token = AUTHORIZATION.exec(value.trim())?.[1];
  return token !== undefined && isLiteral(token);
}

/** In words: what a line holds. */
export function lineProblem({ line, name }: LineSecret, remedy: string, isOnly: boolean): PlainSecret {
  const where = isOnly ? '' : ` in line ${line}`;
  return { what: `holds a plain secret${where}${name === undefined ? '' : ` (${name})`}`, remedy };
}

/** Not a reference, and not the beginning of a command or a call that gives the value. */
function isWordOfItsOwn(value: string | undefined): boolean {
  return value !== undefined && !/^[`<]|[(){}]/.test(value.slice(0, 200)) && isLiteral(value);
}

/** The value behind `:` or `=`; undefined for an expression, or for what is a sentence rather than a value. */
function writtenValue(rest: string, code: boolean): string | undefined {
  const [quote = ''] = rest;
  if (quote === '"' || quote === "'") {
    const end = rest.indexOf(quote, 1);
    return end === -1 ? rest.slice(1) : rest.slice(1, end);
  }
  if (code) return undefined;
  const bare = rest.replace(/[;,]$/, '').trim();
  return /\s/.test(bare) || !isWordOfItsOwn(bare) ? undefined : bare;
}

function unquoted(word: string): string {
  return word.replace(/^["']/, '').replace(/["',;]$/, '');
}
