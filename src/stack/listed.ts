import { compareDiagnostics, type Diagnostic, type Position } from './diagnostic.ts';
import { countText } from './limits.ts';

/** Errors of one file that are listed one by one. */
export const LISTED = 50;

/**
 * Diagnostics by place, at most {@link LISTED} for each file; one more counts the others, so that nobody takes the
 * list for complete.
 */
export function listed(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const byFile = new Map<string, Diagnostic[]>();
  for (const one of diagnostics) {
    const { file } = one.position;
    const before = byFile.get(file);
    if (before === undefined) byFile.set(file, [one]);
    else before.push(one);
  }
  return [...byFile.values()].flatMap(listedOfFile).sort(compareDiagnostics);
}

function listedOfFile(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const single = diagnostics.filter(({ more }) => more === undefined).sort(compareDiagnostics);
  const counted = diagnostics.flatMap(({ more = 0 }) => more).reduce((sum, more) => sum + more, 0);
  const omitted = single.length - LISTED;
  const more = counted + Math.max(0, omitted);
  if (more === 0) return single;
  const last = diagnostics.find((one) => one.more !== undefined);
  const position = single[LISTED]?.position ?? last?.position;
  return position === undefined ? single : [...single.slice(0, LISTED), moreErrors(position, more)];
}

/** Stands for errors that are not listed; the first of them is here. */
export function moreErrors(position: Position, more: number): Diagnostic {
  return {
    position,
    code: 'MG019',
    what: `from here on, ${countText(more)} more ${more === 1 ? 'error' : 'errors'} in ${position.file}`,
    remedy: 'correct those listed first, then run this again',
    more,
  };
}

/** How many errors these are, with those that are not listed. */
export function errorCount(diagnostics: readonly Diagnostic[]): number {
  return diagnostics.reduce((sum, { more = 1 }) => sum + more, 0);
}
