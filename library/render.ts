import type { Diagnostic } from '../model/diagnostic.ts';
import type { ManifestFile } from '../model/manifest.ts';
import { overrideDiagnostics } from '../model/override-diagnostics.ts';
import { render as renderResolved } from '../render.ts';
import type { Finding } from '../rules/rule.ts';
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
   * Overrides that do not fit the objects, and objects that are included and break a rule, at their places in the
   * files; nothing should be written then.
   */
  readonly diagnostics: readonly Diagnostic[];
  /** What the rules object to; nothing should be written then either. */
  readonly findings: readonly Finding[];
}

/**
 * Renders a stack completely in memory. Pure: no files, clock, environment or chance;
 * the same stack gives the same bytes everywhere.
 */
export function render(stack: Stack): Rendered {
  const { files, objects, problems, findings, diagnostics } = renderResolved(Stack.resolved(stack));
  return {
    files,
    objects,
    diagnostics: [...overrideDiagnostics(problems, Stack.source(stack)), ...diagnostics],
    findings,
  };
}
