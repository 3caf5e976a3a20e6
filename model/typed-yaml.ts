import * as z from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import { nearest, suggestion } from './nearest.ts';
import { type Path, readYaml, replaced, valueAt, type YamlSource } from './yaml-source.ts';

/** A file checked against a schema. */
export interface TypedYaml<T> {
  /** Present unless the text is no YAML at all. */
  readonly source: YamlSource | undefined;
  /**
   * The typed data. With findings, something that fits stands in the place of every wrong part, so that rules over
   * several fields still run; undefined when the file as a whole is of the wrong kind.
   */
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Paths that have a finding: rules over several fields keep quiet about these. */
  readonly faulty: readonly Path[];
}

/**
 * What stands in the place of a wrong text of some kind while the rules over several fields run.
 * A kind that is not registered is taken out instead, together with the group that cannot be without it.
 */
export const standIns = z.registry<{ readonly text: string }>();

type Issue = z.core.$ZodIssue;

/** A misspelt key, and the key of the same group that it is read as. */
interface Misspelling {
  /** The place of the key that was meant, in the data that is checked. */
  readonly path: Path;
  readonly written: string;
  readonly known: readonly string[];
}

/**
 * Reads YAML text and checks its shape, finding everything wrong at once.
 * A misspelt key is reported, and read as the key it most likely stands for: what it holds is checked too,
 * and nobody is told that the key is missing.
 *
 * @param file name for messages, with forward slashes
 */
export function readTypedYaml<T>(file: string, text: string, schema: z.ZodType<T>): TypedYaml<T> {
  const read = readYaml(file, text);
  if (read.source === undefined) {
    return { source: undefined, value: undefined, diagnostics: read.diagnostics, faulty: [] };
  }
  const { data, misspelt } = correctSpelling(read.source.data, schema);
  const source = sourceAsMeant(read.source, data, misspelt);
  const issues = issuesOf(data, schema);
  return {
    source,
    value: salvage(data, schema),
    diagnostics: distinct([
      ...misspelt.map(({ path, written, known }) =>
        unknownKey(source, path, written, known, String(path.at(-1))),
      ),
      ...issues.flatMap((issue) => describe(issue, source, schema)),
    ]),
    faulty: issues.flatMap((issue) => faultyPaths(issue)),
  };
}

function issuesOf(data: unknown, schema: z.ZodType): readonly Issue[] {
  const result = schema.safeParse(data, { reportInput: true, error: boundRemedy });
  return result.success ? [] : result.error.issues.flatMap((issue) => flatten(issue));
}

/** What to write where a schema gives a bound without words of its own. */
function boundRemedy(issue: z.core.$ZodRawIssue): string | undefined {
  const units: Readonly<Record<string, string>> = { string: ' character', array: ' item' };
  const amount = (bound: number | bigint): string => {
    const unit = units['origin' in issue ? String(issue.origin) : ''];
    return unit === undefined ? String(bound) : `${bound}${unit}${Number(bound) === 1 ? '' : 's'}`;
  };
  if (issue.code === 'too_small') return `write at least ${amount(issue.minimum)}`;
  if (issue.code === 'too_big') return `write at most ${amount(issue.maximum)}`;
  return undefined;
}

/** Gives misspelt keys their names, from the outermost in: only then is it clear what belongs below them. */
function correctSpelling(
  written: unknown,
  schema: z.ZodType,
): { readonly data: unknown; readonly misspelt: readonly Misspelling[] } {
  let data = written;
  const misspelt: Misspelling[] = [];
  for (let before = -1; before < misspelt.length; ) {
    before = misspelt.length;
    for (const issue of issuesOf(data, schema)) {
      if (issue.code !== 'unrecognized_keys') continue;
      const group = toPath(issue.path);
      const known = keysAt(schema, group);
      for (const key of issue.keys) {
        const free = known.filter((name) => valueAt(data, [...group, name]) === undefined);
        const meant = nearest(key, free);
        if (meant === undefined) continue;
        misspelt.push({ path: [...group, meant], written: key, known });
        data = replaced(data, [...group, meant], valueAt(data, [...group, key]));
        data = replaced(data, [...group, key], undefined);
      }
    }
  }
  return { data, misspelt };
}

/** The same source for paths of the data as it was meant. */
function sourceAsMeant(source: YamlSource, data: unknown, misspelt: readonly Misspelling[]): YamlSource {
  const asWritten = (path: Path): Path =>
    path.map((step, index) => {
      const name = dotted(path.slice(0, index + 1));
      return misspelt.find((one) => dotted(one.path) === name)?.written ?? step;
    });
  return {
    data,
    at: (path) => source.at(asWritten(path)),
    keyAt: (path) => source.keyAt(asWritten(path)),
  };
}

/** Without repetitions: an anchor's value is wrong once, however many aliases repeat it. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const byPlace = new Map<string, Diagnostic>();
  for (const one of diagnostics) {
    const { line, column } = one.position;
    const place = `${line}:${column} ${one.code} ${one.remedy}`;
    if (!byPlace.has(place)) byPlace.set(place, one);
  }
  return [...byPlace.values()];
}

/** Turns the issue of a union into those of the branch the person most likely meant. */
function flatten(issue: Issue, parent: Path = []): readonly Issue[] {
  const path = [...parent, ...toPath(issue.path)];
  if (issue.code !== 'invalid_union') return [{ ...issue, path: [...path] }];
  const meant = issue.errors.find((branch) => branch.every((inner) => !isWrongKind(inner)));
  if (meant === undefined) return [{ ...issue, path: [...path] }];
  return meant.flatMap((inner) => flatten(inner, path));
}

function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function toPath(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((step) => (typeof step === 'number' ? step : String(step)));
}

function faultyPaths(issue: Issue): readonly Path[] {
  const path = toPath(issue.path);
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

function unknownKey(
  source: YamlSource,
  path: Path,
  key: string,
  known: readonly string[],
  meant?: string,
): Diagnostic {
  return {
    position: source.keyAt(path),
    code: 'MG002',
    what: `unknown key "${key}"${path.length === 1 ? '' : ` in ${dotted(path.slice(0, -1))}`}`,
    remedy: `${meant === undefined ? '' : `did you mean "${meant}"? `}known here: ${known.join(', ')}`,
  };
}

function describe(issue: Issue, source: YamlSource, schema: z.ZodType): readonly Diagnostic[] {
  const path = toPath(issue.path);
  const name = dotted(path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => unknownKey(source, [...path, key], key, known));
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
  if (issue.code === 'invalid_type') {
    const what = `${name} is ${kindOf(value)}, ${quote(value)}`;
    return [{ position, code: 'MG004', what, remedy: kindRemedy(issue, value, schema) }];
  }
  const what = `${name} is ${quote(value)}`;
  if (issue.code === 'invalid_value') {
    const remedy = `${nearestValue(value, issue)}write ${expected(issue, schema)}${isInQuotes(value, issue.values) ? ', without quotes' : ''}`;
    return [{ position, code: 'MG005', what, remedy }];
  }
  const remedy =
    issue.code === 'invalid_union' ? `${unionRemedy(issue, value, schema)}${explained}` : issue.message;
  return [{ position, code: 'MG005', what, remedy }];
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
  if (wanted === 'array' && isScalar) return `write a list, such as [${String(value)}]`;
  const quoted = isInQuotes(value, [Number(value), true, false]);
  return `write ${expected(issue, schema)}${quoted ? ', without quotes' : ''}`;
}

/** What the branches of a union want, as one sentence. */
function unionRemedy(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  value: unknown,
  schema: z.ZodType,
): string {
  const branches = issue.errors.flatMap((branch) => branch.slice(0, 1));
  const wanted = branches.map((inner) => expected({ ...inner, path: issue.path }, schema));
  const meant = branches.map((inner) => nearestValue(value, inner)).find((text) => text !== '');
  return `${meant ?? ''}write ${[...new Set(wanted)].join(', or ')}`;
}

/** True for text that would be one of the allowed values if nobody had put it in quotes. */
function isInQuotes(value: unknown, allowed: readonly unknown[]): boolean {
  return typeof value === 'string' && allowed.some((one) => typeof one !== 'string' && String(one) === value);
}

/** `did you mean "closed"? `; nothing when no allowed word is near, or when there is only one. */
function nearestValue(value: unknown, issue: Issue): string {
  if (issue.code !== 'invalid_value' || issue.values.length < 2) return '';
  return suggestion(String(value), issue.values.map(String));
}

/** The kind of value an issue asks for, in words that follow `write` or a key. */
function expected(issue: Issue, schema: z.ZodType): string {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(' or ');
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

/** A value as a person would recognise it, on one line. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `expose.public.via`, `callNodes.tolerations[0].key`. */
export function dotted(path: Path): string {
  let text = '';
  for (const step of path) {
    text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  }
  return text === '' ? 'the file' : text;
}

/**
 * Puts something that fits in the place of every wrong part, so that what depends on it is not taken for wrong too;
 * takes out what nothing stands in for.
 *
 * @returns undefined when the file as a whole is of the wrong kind.
 */
function salvage<T>(data: unknown, schema: z.ZodType<T>): T | undefined {
  let rest = data;
  for (let round = 0; round < 30; round++) {
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
    for (const issue of issuesOf(rest, schema)) {
      for (const path of faultyPaths(issue)) {
        if (path.length === 0) return undefined;
        const wrong = valueAt(rest, path);
        const fitting =
          issue.code === 'unrecognized_keys' ? undefined : standIn(schemaAt(schema, path), wrong);
        const nothingFits = wrong === undefined && fitting === undefined;
        rest = replaced(rest, nothingFits ? path.slice(0, -1) : path, fitting);
      }
    }
  }
  return undefined;
}

/** Something that fits a schema, as near to the wrong value as can be told; undefined when nothing is at hand. */
function standIn(schema: unknown, wrong: unknown): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return {};
  if (inner instanceof z.ZodLiteral) return [...inner.values][0];
  if (inner instanceof z.ZodEnum)
    return nearest(String(wrong), inner.options.map(String)) ?? inner.options[0];
  return inner instanceof z.ZodType ? standIns.get(inner)?.text : undefined;
}

function accepts(schema: unknown, value: unknown): boolean {
  return schema instanceof z.ZodType && schema.safeParse(value).success;
}

/** The schema of the value at a path, its optional wrapper taken off. */
function schemaAt(schema: unknown, path: Path): unknown {
  let current = schema;
  for (const step of path) {
    const inner = unwrap(current);
    if (inner instanceof z.ZodObject) current = inner.shape[String(step)];
    else if (inner instanceof z.ZodArray) current = inner.element;
    else return undefined;
  }
  return current;
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.find((option) => option instanceof z.ZodObject);
  return schema;
}

function keysAt(schema: unknown, path: Path): readonly string[] {
  const found = unwrap(schemaAt(schema, path));
  return found instanceof z.ZodObject ? Object.keys(found.shape) : [];
}

function descriptionAt(schema: unknown, path: Path): string | undefined {
  const found = schemaAt(schema, path);
  if (!(found instanceof z.ZodType)) return undefined;
  return (
    found.description ?? (found instanceof z.ZodOptional ? descriptionAt(found.unwrap(), []) : undefined)
  );
}
