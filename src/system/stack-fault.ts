import type { Code } from '../stack/codes.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import type { Path, YamlSource } from '../stack/reading/yaml-source.ts';

/** Something in a stack file that is only seen to be wrong in the objects that are made from it. */
export interface StackFault {
  /** Where in the stack file. */
  readonly at: Path;
  readonly code: Code;
  readonly what: string;
  readonly remedy: string;
}

/** The same at its place, in the stack file or in what that extends. */
export function faultDiagnostics(faults: readonly StackFault[], source: YamlSource): readonly Diagnostic[] {
  return faults.map(({ at, code, what, remedy }) => ({ position: source.at(at), code, what, remedy }));
}
