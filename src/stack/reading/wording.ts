import * as z from 'zod';
import { valueAt } from '../../plain/data.ts';
import { suggestion } from '../../plain/nearest.ts';
import type { Diagnostic, Position } from '../diagnostic.ts';
import { type Issue, issuesOf, toPath } from './issues.ts';
import { notRepeated } from './not-repeated.ts';
import { accepts, descriptionAt, keysAt, schemaAt } from './schema-walk.ts';
import { dotted, type Path, shortKey, type YamlSource } from './yaml-source.ts';

/** Says that a key is unknown, and which was meant. */
export function unknownKey(
  source: YamlSource,
  path: Path,
  key: string,
  known: readonly string[],
  meant?: string,
): Diagnostic {
  return {
    position: source.keyAt(path),
    code: 'MG002',
    what: `unknown key "${shortKey(key)}"${path.length === 1 ? '' : ` in ${dotted(path.slice(0, -1))}`}`,
    remedy: `${meant === undefined ? '' : `did you mean "${meant}"? `}known here: ${known.join(', ')}`,
  };
}

/** Where an issue is. */
export function placeOf(issue: Issue, source: YamlSource): Position {
  const path = toPath(issue.path);
  if (issue.code === 'unrecognized_keys') return source.keyAt([...path, ...issue.keys.slice(0, 1)]);
  return issue.code === 'invalid_key' ? source.keyAt(path) : source.at(path);
}

/** Puts an issue into words: where, what, and what to write. */
export function describe(issue: Issue, source: YamlSource, schema: z.ZodType): readonly Diagnostic[] {
  const path = toPath(issue.path);
  const name = dotted(path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => unknownKey(source, [...path, key], key, known));
  }
  if (issue.code === 'invalid_key') {
    const what = `"${shortKey(String(path.at(-1)))}" is not a valid key in ${dotted(path.slice(0, -1))}`;
    return [
      {
        position: source.keyAt(path),
        code: 'MG005',
        what,
        remedy: issue.issues[0]?.message ?? issue.message,
      },
    ];
  }
  const value = valueAt(source.data, path);
  const position = source.at(path);
  const hint = descriptionAt(schema, path);
  const explained = hint === undefined ? '' : `. ${hint}`;
  if (value === undefined) {
    const group = path.length > 1 ? ` to ${dotted(path.slice(0, -1))}` : '';
    const remedy = `add the key ${path.at(-1)}${group}: ${expected(issue, schema)}${explained}`;
    return [{ position, code: 'MG003', what: `"${name}" is missing`, remedy }];
  }
  if (value === null) {
    const optional = accepts(schemaAt(schema, path), undefined);
    const defaults = optional && path.length > 0 && accepts(schemaAt(schema, path), {});
    const remedy = defaults
      ? `write ${path.at(-1)}: {} for its defaults`
      : `write ${expected(issue, schema)}`;
    return [
      {
        position,
        code: 'MG004',
        what: `${name} is empty`,
        remedy: `${remedy}${optional ? ', or remove the key' : explained}`,
      },
    ];
  }
  const secret = secretPlace(schema, path);
  if (secret !== undefined && typeof value !== 'object') {
    const what = `${name} is ${kindOf(value)}, which is not repeated here: it may be a secret`;
    return [{ position, code: 'MG004', what, remedy: secret.remedy }];
  }
  if (issue.code === 'invalid_type') {
    const what = `${name} is ${kindOf(value)}, ${quote(value)}`;
    return [{ position, code: 'MG004', what, remedy: kindRemedy(issue, value, schema) }];
  }
  const what = `${name} is ${quote(value)}`;
  if (issue.code === 'invalid_value') {
    // It is the right one, in quotes.
    const meant = isInQuotes(value, issue.values) ? String(value) : undefined;
    const remedy =
      meant === undefined
        ? `${nearestValue(value, issue)}write ${expected(issue, schema)}`
        : `write ${meant}, without quotes`;
    return [{ position, code: 'MG005', what, remedy }];
  }
  const bare = withoutQuotes(value, schemaAt(schema, path));
  if (bare !== undefined) return [{ position, code: 'MG005', what, remedy: bare }];
  const remedy =
    issue.code === 'invalid_union' ? `${unionRemedy(issue, value, schema)}${explained}` : issue.message;
  return [{ position, code: 'MG005', what, remedy }];
}

function secretPlace(schema: z.ZodType, path: Path): { readonly remedy: string } | undefined {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodType ? notRepeated.get(found) : undefined;
}

/** What to write instead of a value of the wrong kind. */
function kindRemedy(issue: Issue, value: unknown, schema: z.ZodType): string {
  const wanted = issue.code === 'invalid_type' ? issue.expected : '';
  const isScalar = typeof value !== 'object';
  if (wanted === 'string' && isScalar) {
    const quoted = schemaAt(schema, toPath(issue.path));
    const [wrong] = quoted instanceof z.ZodType ? issuesOf(String(value), quoted) : [];
    return wrong === undefined ? 'put it in quotes' : wrong.message;
  }
  if (wanted === 'array' && isScalar) {
    const isPlain = /^[A-Za-z0-9._-]{1,60}$/.test(String(value));
    return `write a list, such as [${isPlain ? String(value) : quote(value)}]`;
  }
  return withoutQuotes(value, schemaAt(schema, toPath(issue.path))) ?? `write ${expected(issue, schema)}`;
}

/** `write 7882, without quotes`; undefined where that would not fit either. */
function withoutQuotes(value: unknown, schema: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const bare = [Number(value), true, false].find((one) => String(one) === value);
  return bare !== undefined && accepts(schema, bare) ? `write ${value}, without quotes` : undefined;
}

/** What the branches of a union want, as one sentence. */
function unionRemedy(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  value: unknown,
  schema: z.ZodType,
): string {
  const branches = issue.errors.flatMap((branch) => branch.slice(0, 1));
  const meant = branches.map((inner) => nearestValue(value, inner)).find((text) => text !== '');
  return `${meant ?? ''}write ${expected(issue, schema)}`;
}

/** True for text that would be one of the allowed values if nobody had put it in quotes. */
function isInQuotes(value: unknown, allowed: readonly unknown[]): boolean {
  return typeof value === 'string' && allowed.some((one) => typeof one !== 'string' && String(one) === value);
}

/** `did you mean "closed"? `; nothing when no allowed word is near, or when there is only one. */
function nearestValue(value: unknown, issue: Issue): string {
  // A group may hold a key `toString`: only what is no group has a text.
  if (issue.code !== 'invalid_value' || issue.values.length < 2 || typeof value === 'object') return '';
  return suggestion(String(value), issue.values.map(String));
}

/** The kind of value an issue asks for, in words that follow `write` or a key. */
function expected(issue: Issue, schema: z.ZodType): string {
  if (issue.code === 'invalid_value') return oneOf(issue.values.map(String));
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.flatMap((branch) => branch.slice(0, 1));
    const wanted = branches.map((inner) => expected({ ...inner, path: issue.path }, schema));
    return [...new Set(wanted)].join(', or ');
  }
  if (issue.code !== 'invalid_type') return issue.message;
  if (issue.expected === 'object') return keysWanted(schema, toPath(issue.path));
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    array: 'a list',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    record: 'keys and values below it',
  };
  return words[issue.expected] ?? issue.expected;
}

/** `open or closed`, `one of add, remove, replace`. */
function oneOf(words: readonly string[]): string {
  return words.length > 2 ? `one of ${words.join(', ')}` : words.join(' or ');
}

/** `keys below it (needed: via)`; all known keys where none is needed. */
function keysWanted(schema: z.ZodType, group: Path): string {
  const known = keysAt(schema, group);
  const needed = known.filter((key) => !accepts(schemaAt(schema, [...group, key]), undefined));
  const list = needed.length > 0 ? `needed: ${needed.join(', ')}` : known.join(', ');
  return `keys${group.length === 0 ? '' : ' below it'} (${list})`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of keys';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'a boolean' : 'a number';
}

/** A value as a person would recognise it, on one line. A private key in the wrong place is not repeated. */
export function quote(value: unknown): string {
  const text = beginning(value);
  if (/AGE-SECRET-KEY-|AGE-PLUGIN-|PRIVATE KEY/i.test(text)) return 'a private key';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The first characters of a value as JSON: all that is quoted of it, and what tells a private key. */
const BEGINNING = 400;

function beginning(value: unknown): string {
  let left = BEGINNING;
  const cut = (inner: unknown): unknown => {
    if (left <= 0) return null;
    if (typeof inner === 'string') {
      const text = inner.slice(0, left);
      left -= text.length + 2;
      return text;
    }
    if (typeof inner !== 'object' || inner === null) {
      left -= 4;
      return inner;
    }
    if (Array.isArray(inner)) return inner.slice(0, left).map(cut);
    const entries: [string, unknown][] = [];
    for (const key in inner) {
      if (left <= 0) break;
      const value: unknown = Object.getOwnPropertyDescriptor(inner, key)?.value;
      left -= key.length + 3;
      entries.push([key.slice(0, BEGINNING), cut(value)]);
    }
    return Object.fromEntries(entries);
  };
  return JSON.stringify(cut(value)) ?? 'nothing';
}
