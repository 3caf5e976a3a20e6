/**
 * The library: a stack from texts, its files, and its objects as a chart, for programs and cdk8s apps of your own.
 * What charts are made of is in `@matrix-gitops/matrix-gitops/unstable`.
 *
 * @example
 * const texts = { 'stacks/chat.yaml': readFileSync('stacks/chat.yaml', 'utf8') };
 * const { stack, diagnostics } = load({ file: 'stacks/chat.yaml', texts });
 * if (stack === undefined) throw new Error(diagnostics.map(diagnosticText).join('\n'));
 * const { files, findings } = render(stack);
 */
export { diagnosticText } from './src/library/diagnostic-text.ts';
export { type LoadInput, type LoadResult, load } from './src/library/load.ts';
export { MatrixChart } from './src/library/matrix-chart.ts';
export { type Rendered, render } from './src/library/render.ts';
// A value of this type comes from `load` only.
export type { Stack } from './src/library/stack.ts';
export { check, rules } from './src/rules/index.ts';
export type { Finding, PromisedSecret, Rule, RuleInput } from './src/rules/rule.ts';
export type { Diagnostic, Position, Warning } from './src/stack/diagnostic.ts';
export type { Manifest, ManifestFile, ManifestMetadata, ObjectId } from './src/stack/manifest.ts';
