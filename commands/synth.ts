import { compareDiagnostics, type Diagnostic } from '../model/diagnostic.ts';
import { type Written, writeTree } from '../output/write.ts';
import { render } from '../render.ts';
import type { Finding } from '../rules/rule.ts';
import { EnvironmentProblem, problemWriting } from './environment-problem.ts';
import { readWorkspace } from './workspace.ts';

/** Where synth reads and writes. */
export interface SynthOptions {
  readonly stacks: string;
  readonly versions: string;
  readonly out: string;
}

/** A finding of the rules, and the stack it is in. */
export interface StackFinding extends Finding {
  readonly stack: string;
}

/** What a run came to. `exitCode`: 0 written, 1 findings in what was rendered, 2 wrong input. */
export interface SynthResult {
  readonly exitCode: 0 | 1 | 2;
  readonly diagnostics: readonly Diagnostic[];
  readonly findings: readonly StackFinding[];
  readonly stacks: readonly string[];
  readonly written: Written | undefined;
}

/**
 * Renders every stack of a repository into its output folder, or changes nothing there.
 *
 * @throws EnvironmentProblem when a file cannot be read or written
 */
export async function synth(options: SynthOptions): Promise<SynthResult> {
  const workspace = await readWorkspace(options.stacks, options.versions);
  const nothing = { findings: [], stacks: [], written: undefined } as const;
  if (workspace.diagnostics.length > 0) {
    return { exitCode: 2, diagnostics: [...workspace.diagnostics].sort(compareDiagnostics), ...nothing };
  }
  if (workspace.count === 0) {
    throw new EnvironmentProblem(
      `there is no stack file in ${options.stacks}; put one there, such as example.yaml`,
    );
  }
  const texts = new Map<string, string>();
  const findings: StackFinding[] = [];
  for (const stack of workspace.stacks) {
    const rendered = render(stack);
    for (const [path, text] of rendered.files) texts.set(path, text);
    findings.push(...rendered.findings.map((finding) => ({ ...finding, stack: stack.name })));
  }
  const stacks = workspace.stacks.map(({ name }) => name);
  if (findings.length > 0) return { exitCode: 1, diagnostics: [], findings, stacks, written: undefined };
  try {
    return { exitCode: 0, diagnostics: [], findings, stacks, written: await writeTree(options.out, texts) };
  } catch (error) {
    throw await problemWriting(options.out, error);
  }
}
