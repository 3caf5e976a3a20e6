import type { Diagnostic } from '../model/diagnostic.ts';
import type { OverrideProblem } from '../model/overrides.ts';
import type { YamlSource } from '../model/reading/yaml-source.ts';

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
