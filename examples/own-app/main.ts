/** An app of your own with a Matrix stack in it, and next to the stack something that only you have. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import {
  type Diagnostic,
  loadStack,
  loadVersions,
  MatrixChart,
  type Rendered,
  render,
  type Stack,
} from 'matrix-gitops';

/** `stacks/matrix.yaml:12:5: what is wrong; what to write`. */
function wrong(diagnostics: readonly Diagnostic[]): Error {
  const lines = diagnostics.map(
    ({ position: { file, line, column }, what, remedy }) => `${file}:${line}:${column}: ${what}; ${remedy}`,
  );
  return new Error(lines.join('\n'));
}

function readStack(file: string): Stack {
  const versions = loadVersions('versions.yaml', readFileSync('versions.yaml', 'utf8'));
  if (versions.value === undefined) throw wrong(versions.diagnostics);
  const loaded = loadStack(file, readFileSync(file, 'utf8'), versions.value);
  if (loaded.value === undefined) throw wrong(loaded.diagnostics);
  return loaded.value;
}

const stack = readStack('stacks/matrix.yaml');

// One way: the stack as a chart between your own. cdk8s writes it to dist/ as one file.
const app = new App();
new MatrixChart(app, 'matrix', stack);
const extras = new Chart(app, 'extras');
new k8s.KubeResourceQuota(extras, 'quota', {
  metadata: { name: 'matrix', namespace: stack.namespace },
  spec: { hard: { persistentvolumeclaims: k8s.Quantity.fromString('10') } },
});
app.synth();

// The other: the very files that the command line writes, with Flux's Kustomizations and the texts for people.
const { files }: Rendered = render(stack);
for (const [path, text] of files) {
  const file = join('rendered', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
