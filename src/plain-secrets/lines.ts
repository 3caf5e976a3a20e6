import type { PlainSecret } from './forms.ts';
import { isLiteral, isSecretName } from './names.ts';
import {
  AUTHORIZATION,
  COOKIE,
  DIRECTIVES,
  HINT,
  NETRC_LINE,
  PGPASS_LINE,
  PROGRAM_OPTIONS,
  USER_OPTIONS,
} from './words.ts';

/**
 * How to read bare words: in `code` they are expressions, and only what is in quotes counts; in `settings` all behind
 * `=` is a value; in any other text one word is, and several are a sentence.
 */
export type Style = 'code' | 'settings' | 'text';

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
/** `matrix.example.pw:443` */
const HOST_AND_PORT = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}:\d{1,5}$/i;
/** A header in quotes, as commands take them. */
const HEADER = /["']([\w-]{2,60}):\s{0,9}([^"']{1,4000})["']/g;

/** A name and its value in quotes, anywhere in a line: tables of Lua, dictionaries, objects. */
const QUOTED = /(?<![\w.-])([\w.-]{2,100})["'\]]{0,2}\s{0,9}[:=]\s{0,9}["']([^"']{1,4000})["']/g;
/** An element of XML with its text. */
const ELEMENT = /<([\w.-]{2,100})>([^<>\s]{1,4000})<\//g;
/** A key and its value in braces. */
const IN_BRACES = /[{,]\s{0,9}["']?([\w.-]{2,100})["']?\s?:\s{0,9}["']?([^\s"'{},]{1,4000})/g;

/**
 * What age encrypted, as SOPS writes it for each recipient: its last line may end like `…Pw==`, which reads like a name
 * and its value.
 */
const AGE_ARMOR =
  /-----BEGIN AGE ENCRYPTED FILE-----\n((?:[A-Za-z0-9+/]{64}\n){0,999}[A-Za-z0-9+/]{1,64}={0,2}\n)-----END AGE ENCRYPTED FILE-----/g;

/**
 * Secrets in a text that is no YAML or JSON: settings, scripts, commands, connection strings.
 *
 * @param style how bare words are read
 */
export function secretsInLines(text: string, style: Style = 'text'): readonly LineSecret[] {
  const found: LineSecret[] = [];
  if (!HINT.test(text)) return found;
  const lines = text.replaceAll(AGE_ARMOR, (armor) => armor.replaceAll(/[^\n]/g, '')).split('\n');
  for (const [index, line] of lines.entries()) {
    const name = HINT.test(line) ? secretInLine(line.trim(), style) : undefined;
    if (name !== undefined) found.push({ line: index + 1, name: name === '' ? undefined : name });
  }
  return found;
}

/** The name of a secret in a line, empty where it has none; undefined without a secret. */
function secretInLine(line: string, style: Style): string | undefined {
  // `.pw` is a domain of its own: this is a port.
  if (HOST_AND_PORT.test(line)) return undefined;
  const [, key, rest = ''] = /[:=]/.test(line) ? (ASSIGNMENT.exec(line) ?? []) : [];
  if (key !== undefined) {
    if (isSecretName(key) && isLiteral(writtenValue(rest, style))) return key;
    if (key === 'user' && isUserWithPassword(unquoted(rest))) return key;
    if (isAuthorization(key, unquoted(rest))) return key;
  }
  for (const [, name = '', value = ''] of line.matchAll(HEADER)) {
    if ((isSecretName(name) && isLiteral(value)) || isAuthorization(name, value)) return name;
  }
  const header = /authorization["']?[\s:=]{1,9}["']?((?:bearer|basic|token)\s{1,9}[^\s"']{4,4000})/i.exec(
    line,
  );
  if (header !== null && isAuthorization('authorization', header[1] ?? '')) return 'Authorization';
  for (const pattern of [QUOTED, ELEMENT]) {
    for (const [, name = '', value = ''] of line.matchAll(pattern)) {
      if (isSecretName(name) && isLiteral(value)) return name;
    }
  }
  if (style === 'code') return undefined;
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
      if (isUserWithPassword(next)) return word;
    }
    const option = Object.hasOwn(PROGRAM_OPTIONS, word) ? PROGRAM_OPTIONS[word] : undefined;
    if (option !== undefined && hasOption(words.slice(index + 1, index + 40), option)) return option;
    const equals = word.indexOf('=');
    const name = (equals === -1 ? word : word.slice(0, equals)).replace(/^["']?-{0,2}/, '');
    if (!/^[A-Za-z_][\w.-]{0,199}$/.test(name) || !isSecretName(name)) continue;
    const value =
      equals === -1 ? (word.startsWith('-') ? next : undefined) : unquoted(word.slice(equals + 1));
    if (value?.startsWith('-') !== true && isWordOfItsOwn(value)) return name;
  }
  return undefined;
}

/** Whether a short option is there with a value, joined to it or behind it. */
function hasOption(words: readonly string[], option: string): boolean {
  return words.some((word, index) => {
    if (word === option)
      return words[index + 1]?.startsWith('-') === false && isWordOfItsOwn(words[index + 1]);
    return word.startsWith(option) && isWordOfItsOwn(word.slice(option.length));
  });
}

/** `name:password`, and not the numbers of a user and a group. */
function isUserWithPassword(word: string): boolean {
  const password = /^[^\s:]+:([^\s:/]+)$/.exec(word)?.[1];
  return password !== undefined && !/^\d+$/.test(password) && isWordOfItsOwn(password);
}

/** Whether a key with this value is a header that lets somebody in. */
export function isAuthorization(key: string, value: string): boolean {
  if (/^cookie$/i.test(key)) return COOKIE.test(value);
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
function writtenValue(rest: string, style: Style): string | undefined {
  const [quote = ''] = rest;
  if (quote === '"' || quote === "'") {
    const end = rest.indexOf(quote, 1);
    return end === -1 ? rest.slice(1) : rest.slice(1, end);
  }
  if (style === 'code') return undefined;
  const bare = rest.replace(/[;,]$/, '').trim();
  if (style === 'settings') return isWordOfItsOwn(bare) ? bare : undefined;
  return /\s/.test(bare) || !isWordOfItsOwn(bare) ? undefined : bare;
}

function unquoted(word: string): string {
  return word.replace(/^["']/, '').replace(/["',;]$/, '');
}
