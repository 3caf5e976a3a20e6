import type { Diagnostic } from '../stack/diagnostic.ts';
import type { YamlSource } from '../stack/reading/yaml-source.ts';
import type { OverrideProblem } from './overrides.ts';

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
