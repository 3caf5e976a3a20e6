import type * as z from 'zod';
import { comparePositions, type Diagnostic, type Position } from '../diagnostic.ts';
import { LISTED, moreErrors } from '../listed.ts';
import { faultyPaths, type Issue, issuesOf } from './issues.ts';
import type { Content } from './plain-text.ts';
import { salvage } from './salvage.ts';
import { correctSpelling, sourceAsMeant } from './spelling.ts';
import { describe, placeOf, unknownKey } from './wording.ts';
import { type Path, readYaml, type YamlSource } from './yaml-source.ts';

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
 * Reads YAML and checks its shape, finding everything wrong at once.
 * A misspelt key is reported, and read as the key it most likely stands for: what it holds is checked too,
 * and nobody is told that the key is missing.
 *
 * @param file name for messages, with forward slashes
 */
export function readTypedYaml<T>(file: string, content: Content, schema: z.ZodType<T>): TypedYaml<T> {
  const read = readYaml(file, content);
  return read.source === undefined
    ? { source: undefined, value: undefined, diagnostics: read.diagnostics, faulty: [] }
    : checkTyped(read.source, schema);
}

/** Checks the shape of what was read, from one file or several; see {@link readTypedYaml}. */
export function checkTyped<T>(read: YamlSource, schema: z.ZodType<T>): TypedYaml<T> {
  const { data, misspelt } = correctSpelling(read.data, schema);
  const source = sourceAsMeant(read, data, misspelt);
  const issues = issuesOf(data, schema);
  return {
    source,
    value: salvage(data, schema),
    diagnostics: inWords([
      ...misspelt.map(({ path, written, known }) => ({
        position: source.keyAt(path),
        code: 'MG002',
        say: () => [unknownKey(source, path, written, known, String(path.at(-1)))],
      })),
      ...issues.flatMap(apart).map((issue) => ({
        position: placeOf(issue, source),
        code: issue.code,
        say: () => describe(issue, source, schema),
      })),
    ]),
    faulty: issues.flatMap((issue) => faultyPaths(issue)),
  };
}

/** Something that is wrong, before it is put into words. */
interface Mistake {
  readonly position: Position;
  /** What tells mistakes at one place apart. */
  readonly code: string;
  readonly say: () => readonly Diagnostic[];
}

/** Keys that are unknown in one group, one by one. */
function apart(issue: Issue): readonly Issue[] {
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [issue];
}

/**
 * Mistakes in words. Of a file with very many, only the first are: words take much longer than finding out. The
 * others are counted.
 */
function inWords(mistakes: readonly Mistake[]): readonly Diagnostic[] {
  if (mistakes.length <= LISTED) return distinct(mistakes.flatMap(({ say }) => say()));
  const byFile = new Map<string, Mistake[]>();
  for (const one of mistakes) {
    const before = byFile.get(one.position.file);
    if (before === undefined) byFile.set(one.position.file, [one]);
    else before.push(one);
  }
  return [...byFile.values()].flatMap(firstInWords);
}

function firstInWords(mistakes: readonly Mistake[]): readonly Diagnostic[] {
  const places = new Map<string, Mistake>();
  for (const one of mistakes) {
    const place = `${one.position.line}:${one.position.column} ${one.code}`;
    if (!places.has(place)) places.set(place, one);
  }
  const sorted = [...places.values()].sort((a, b) => comparePositions(a.position, b.position));
  const said = distinct(sorted.slice(0, LISTED).flatMap(({ say }) => say()));
  const next = sorted[LISTED];
  return next === undefined ? said : [...said, moreErrors(next.position, sorted.length - LISTED)];
}

/** Without repetitions: an anchor's value is wrong once, however many aliases repeat it. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const byPlace = new Map<string, Diagnostic>();
  for (const one of diagnostics) {
    const { file, line, column } = one.position;
    const place = `${file}:${line}:${column} ${one.code} ${one.remedy}`;
    if (!byPlace.has(place)) byPlace.set(place, one);
  }
  return [...byPlace.values()];
}
