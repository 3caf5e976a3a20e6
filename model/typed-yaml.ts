import * as z from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import { nearest } from './nearest.ts';
import { type Path, readYaml, valueAt, without, type YamlSource } from './yaml-source.ts';

/** A file checked against a schema. */
export interface TypedYaml<T> {
  /** Present unless the text is no YAML at all. */
  readonly source: YamlSource | undefined;
  /**
   * The typed data. With findings it is what is left when the wrong parts are taken out, so that rules over
   * several fields still run; undefined when too much is missing for that.
   */
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Paths that have a finding: rules over several fields keep quiet about these. */
  readonly faulty: readonly Path[];
}

type Issue = z.core.$ZodIssue;

/**
 * Reads YAML text and checks its shape, finding everything wrong at once.
 *
 * @param file name for messages, with forward slashes
 */
export function readTypedYaml<T>(file: string, text: string, schema: z.ZodType<T>): TypedYaml<T> {
  const read = readYaml(file, text);
  if (read.source === undefined) {
    return { source: undefined, value: undefined, diagnostics: read.diagnostics, faulty: [] };
  }
  const { source } = read;
  const first = schema.safeParse(source.data, { reportInput: true });
  if (first.success) return { source, value: first.data, diagnostics: [], faulty: [] };
  const issues = first.error.issues.flatMap((issue) => flatten(issue));
  return {
    source,
    value: salvage(source.data, schema),
    diagnostics: issues.flatMap((issue) => describe(issue, source, schema)),
    faulty: issues.flatMap((issue) => faultyPaths(issue)),
  };
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

function describe(issue: Issue, source: YamlSource, schema: z.ZodType): readonly Diagnostic[] {
  const path = toPath(issue.path);
  const name = dotted(path);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      return {
        position: source.keyAt([...path, key]),
        code: 'MG002',
        what: `unknown key "${key}"${path.length === 0 ? '' : ` in ${name}`}`,
        remedy:
          meant === undefined
            ? `known here: ${known.join(', ')}`
            : `did you mean "${meant}"? Known here: ${known.join(', ')}`,
      };
    });
  }
  const value = valueAt(source.data, path);
  if (value === undefined) {
    const hint = descriptionAt(schema, path);
    return [
      {
        position: source.at(path),
        code: 'MG003',
        what: `"${name}" is missing`,
        remedy: `add ${name}:${expected(issue)}${hint === undefined ? '' : `. ${hint}`}`,
      },
    ];
  }
  if (issue.code === 'invalid_type') {
    return [
      {
        position: source.at(path),
        code: 'MG004',
        what: `${name} is ${kindOf(value)}, ${quote(value)}`,
        remedy:
          value === null && issue.expected === 'object'
            ? `write ${path.at(-1) ?? 'it'}: {} for its defaults, or remove the key`
            : `write${expected(issue)}${typeof value !== 'string' && issue.expected === 'string' ? ' (put it in quotes)' : ''}`,
      },
    ];
  }
  if (issue.code === 'invalid_value') {
    const meant = nearest(String(value), issue.values.map(String));
    return [
      {
        position: source.at(path),
        code: 'MG005',
        what: `${name} is ${quote(value)}`,
        remedy: `${meant === undefined ? '' : `did you mean ${meant}? `}Write ${issue.values.map(String).join(' or ')}`,
      },
    ];
  }
  return [
    {
      position: source.at(path),
      code: 'MG005',
      what: `${name} is ${quote(value)}`,
      remedy: issue.code === 'invalid_union' ? unionRemedy(issue) : issue.message,
    },
  ];
}

/** What the branches of a union want, as one sentence. */
function unionRemedy(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const wanted = issue.errors.flatMap((branch) =>
    branch.map((inner) =>
      inner.code === 'invalid_type'
        ? `write${expected(inner)}`
        : inner.code === 'invalid_value'
          ? `write ${inner.values.map(String).join(' or ')}`
          : inner.message,
    ),
  );
  return [...new Set(wanted)].join('; or ');
}

function expected(issue: Issue): string {
  if (issue.code === 'invalid_value') return ` ${issue.values.map(String).join(' or ')}`;
  if (issue.code !== 'invalid_type') return '';
  const words: Readonly<Record<string, string>> = {
    string: ' text',
    object: ' keys of its own, indented below it',
    array: ' a list',
    int: ' a whole number',
    number: ' a number',
    boolean: ' true or false',
    record: ' keys and values, indented below it',
  };
  return words[issue.expected] ?? ` ${issue.expected}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a group of keys';
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'true or false' : 'a number';
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

/** Takes wrong parts out until the rest fits; gives up when something the whole file needs is missing. */
function salvage<T>(data: unknown, schema: z.ZodType<T>): T | undefined {
  let rest = data;
  for (let round = 0; round < 30; round++) {
    const result = schema.safeParse(rest);
    if (result.success) return result.data;
    for (const issue of result.error.issues.flatMap((one) => flatten(one))) {
      for (const path of faultyPaths(issue)) {
        const missing = valueAt(rest, path) === undefined && issue.code !== 'unrecognized_keys';
        const target = missing ? path.slice(0, -1) : path;
        if (target.length === 0) return undefined;
        rest = without(rest, target);
      }
    }
  }
  return undefined;
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
  return found instanceof z.ZodType ? found.description : undefined;
}
