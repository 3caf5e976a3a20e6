import type { Diagnostic } from '../stack/diagnostic.ts';

/** A diagnostic as one line: `stacks/chat.yaml:12:5 MG020: what is wrong; what to write`. */
export function diagnosticText({ position, code, what, remedy }: Diagnostic): string {
  return `${position.file}:${position.line}:${position.column} ${code}: ${what}; ${remedy}`;
}
