import type { FileProblem, FileProblemKind } from '../files/problem.ts';
import type { Code } from '../stack/codes.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import { fromHere } from './paths.ts';

/** The code of each reason. */
export const CODES: Readonly<Record<FileProblemKind, Code>> = {
  missing: 'MG012',
  unreadable: 'MG012',
  outside: 'MG013',
  unfit: 'MG014',
  repository: 'MG015',
};

/** The code for why a file was refused. */
export function fileCode({ kind }: Pick<FileProblem, 'kind'>): Code {
  return CODES[kind];
}

/** Why a file of a stack was refused, as a finding about that stack: the others go on. */
export function fileDiagnostic({ kind, path, what, remedy }: FileProblem): Diagnostic {
  return { position: { file: fromHere(path), line: 1, column: 1 }, code: CODES[kind], what, remedy };
}
