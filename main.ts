import { humanReport } from './src/cli/report.ts';
import { synth } from './src/cli/synth.ts';
import { say, styleFor } from './src/cli/terminal.ts';

/**
 * The app that `cdk8s synth` runs: the same files as `npm run synth`, in the folder that the cdk8s CLI names.
 * That folder is never dist/, since the CLI empties it first.
 */
const out = process.env.CDK8S_OUTDIR ?? 'build/cdk8s';
const result = await synth({ stacks: 'stacks', out });
const stream = result.exitCode === 0 ? process.stdout : process.stderr;
say(stream, humanReport(result, out, styleFor(stream, process.env)));
process.exitCode = result.exitCode;
