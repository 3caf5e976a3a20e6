import { placedFindings } from '../render/findings.ts';
import { render as renderResolved } from '../render/render.ts';
import type { Finding } from '../rules/rule.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import type { ManifestFile } from '../stack/manifest.ts';
import { overrideDiagnostics } from '../system/override-diagnostics.ts';
import { faultDiagnostics } from '../system/stack-fault.ts';
import { Stack } from './stack.ts';

/** What comes of a stack: the files of dist/, and what is wrong with them. */
export interface Rendered {
  /** Text by path below dist/, with forward slashes, sorted. */
  readonly files: ReadonlyMap<string, string>;
  /**
   * The objects in them, in files below the stack's folder, without Flux's Kustomizations and without Secrets that
   * are encrypted by SOPS, which only Flux can apply.
   */
  readonly objects: readonly ManifestFile[];
  /**
   * What in the stack file leads to wrong objects, at its place: overrides that do not fit, files for programs, objects
   * that are included and break a rule, and settings because of which rules object to some; nothing should be written
   * then.
   */
  readonly diagnostics: readonly Diagnostic[];
  /** What the rules object to and no setting is at fault for; nothing should be written then either. */
  readonly findings: readonly Finding[];
}

/**
 * Renders a stack completely in memory. Pure: no files, clock, environment or chance;
 * the same stack gives the same bytes everywhere.
 */
export function render(stack: Stack): Rendered {
  const resolved = Stack.resolved(stack);
  const { files, objects, problems, faults, diagnostics, findings } = renderResolved(resolved);
  const source = Stack.source(stack);
  const placed = placedFindings(findings, resolved, source);
  return {
    files,
    objects,
    diagnostics: [
      ...overrideDiagnostics(problems, source),
      ...faultDiagnostics(faults, source),
      ...diagnostics,
      ...placed.diagnostics,
    ],
    findings: placed.findings,
  };
}
