import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { objectText } from '../stack/manifest.ts';
import { diagnosticText } from './diagnostic-text.ts';
import { render } from './render.ts';
import type { Stack } from './stack.ts';

/**
 * A whole stack as one chart of your own cdk8s app: its objects as they would be in dist/, checked,
 * with overrides and checksums. Flux's Kustomizations are left out, since they name folders of dist/.
 *
 * @example
 * const app = new App();
 * new MatrixChart(app, 'matrix', stack);
 * app.synth();
 */
export class MatrixChart extends Chart {
  /**
   * @param scope usually the app
   * @param stack from `load`
   * @throws naming every rule that an object breaks, and every override that does not fit
   */
  constructor(
    scope: Construct,
    id: string,
    readonly stack: Stack,
  ) {
    super(scope, id);
    const { objects, findings, diagnostics } = render(stack);
    const wrong = [
      ...findings.map(
        ({ code, object, field = '', what, remedy }) =>
          `${code}: ${objectText(object)} ${field} ${what}; ${remedy}`,
      ),
      ...diagnostics.map(diagnosticText),
    ];
    if (wrong.length > 0) throw new Error(`the stack ${stack.name} is not valid:\n${wrong.join('\n')}`);
    for (const { path, manifests } of objects) {
      for (const manifest of manifests) {
        const { kind, metadata } = manifest;
        new ApiObject(this, `${path}/${kind}/${metadata.name}`, { ...manifest });
      }
    }
  }
}
