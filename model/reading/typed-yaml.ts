import type * as z from 'zod';
import type { Diagnostic } from '../diagnostic.ts';
import { faultyPaths, issuesOf } from './issues.ts';
import type { Content } from './plain-text.ts';
import { salvage } from './salvage.ts';
import { correctSpelling, sourceAsMeant } from './spelling.ts';
import { describe, unknownKey } from './wording.ts';
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
    diagnostics: distinct([
      ...misspelt.map(({ path, written, known }) =>
        unknownKey(source, path, written, known, String(path.at(-1))),
      ),
      ...issues.flatMap((issue) => describe(issue, source, schema)),
    ]),
    faulty: issues.flatMap((issue) => faultyPaths(issue)),
  };
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
