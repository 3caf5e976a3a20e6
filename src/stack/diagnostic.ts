import { compareText } from '../plain/compare.ts';

import type { Code } from './codes.ts';

/** A place in a file a person edits. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A finding about something a person wrote, with the way out. */
export interface Diagnostic {
  readonly position: Position;
  /** Stable code, for example `MG020`; each is explained in docs/reference/errors.md. */
  readonly code: Code;
  /** What is wrong, quoting the value. */
  readonly what: string;
  /** What to write instead. */
  readonly remedy: string;
  /** Only where this stands for errors that are not listed: how many. */
  readonly more?: number;
}

/** Something that may be meant, and most likely is not. */
export interface Warning extends Diagnostic {
  /** Whether it must be gone before a stack goes live: `synth --strict` fails. */
  readonly strict: boolean;
}

/** Orders diagnostics as a reader meets their places: by file, line, column, then code. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return comparePositions(a.position, b.position) || compareText(a.code, b.code);
}

/** Orders places by file, line and column. */
export function comparePositions(a: Position, b: Position): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column;
}
