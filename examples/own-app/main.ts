/** An app of your own with a Matrix stack in it, and next to the stack something that only you have. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  diagnosticText,
  load,
  MatrixChart,
  type Rendered,
  render,
  type Stack,
} from '@matrix-gitops/matrix-gitops';
import { App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';

/** Every file of the folder with the stack files: what a stack extends and its ciphertext are among them. */
function textsIn(folder: string): Record<string, Uint8Array> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).replaceAll('\\', '/'));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path)]));
}

function readStack(file: string): Stack {
  const texts = { ...textsIn('stacks'), 'versions.yaml': readFileSync('versions.yaml') };
  const { stack, diagnostics, warnings } = load({ file, texts });
  if (stack === undefined) throw new Error(diagnostics.map(diagnosticText).join('\n'));
  for (const warning of warnings) console.warn(diagnosticText(warning));
  return stack;
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
