/**
 * The library: a stack from texts, its files, and its objects as a chart, for programs and cdk8s apps of your own.
 * What charts are made of is in `matrix-gitops/unstable`.
 *
 * @example
 * const texts = { 'stacks/chat.yaml': readFileSync('stacks/chat.yaml', 'utf8') };
 * const { stack, diagnostics } = load({ file: 'stacks/chat.yaml', texts });
 * if (stack === undefined) throw new Error(diagnostics.map(diagnosticText).join('\n'));
 * const { files, findings } = render(stack);
 */
export { diagnosticText } from './library/diagnostic-text.ts';
export { type LoadInput, type LoadResult, load } from './library/load.ts';
export { MatrixChart } from './library/matrix-chart.ts';
export { type Rendered, render } from './library/render.ts';
// A value of this type comes from `load` only.
export type { Stack } from './library/stack.ts';
export type { Diagnostic, Position, Warning } from './model/diagnostic.ts';
export type { Manifest, ManifestFile, ManifestMetadata, ObjectId } from './model/manifest.ts';
export { check, rules } from './rules/index.ts';
export type { Finding, PromisedSecret, Rule, RuleInput } from './rules/rule.ts';
