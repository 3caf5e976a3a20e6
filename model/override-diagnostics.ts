import type { Diagnostic } from './diagnostic.ts';
import type { OverrideProblem } from './overrides.ts';
import type { YamlSource } from './reading/yaml-source.ts';

/** Overrides that do not fit the rendered objects, as mistakes in the stack file that says them. */
export function overrideDiagnostics(
  problems: readonly OverrideProblem[],
  source: YamlSource,
): readonly Diagnostic[] {
  return problems.map(({ index, at, code, what, remedy }) => ({
    position: source.at(['overrides', index, ...at]),
    code,
    what,
    remedy,
  }));
}
