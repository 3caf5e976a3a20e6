#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { EnvironmentProblem } from './environment-problem.ts';
import { writeReference } from './reference.ts';
import { humanReport, jsonReport, styleFor } from './report.ts';
import { synth } from './synth.ts';

/** Bad usage or input; see docs/reference/errors.md for all exit codes. */
const BAD_USAGE = 2;
/** Something inside the program or around it. */
const INTERNAL = 3;

const program = new Command('matrix-gitops')
  .description('Renders Matrix stacks into plain Kubernetes YAML.')
  .exitOverride()
  .showHelpAfterError();

program
  .command('synth')
  .description('render every stack file into the output folder')
  .option('--stacks <folder>', 'folder with the stack files', 'stacks')
  .option('--versions <file>', 'file with the image versions', 'versions.yaml')
  .option('--out <folder>', 'folder to write', 'dist')
  .addOption(new Option('--output <format>', 'how to report').choices(['human', 'json']).default('human'))
  .action(async (options: { stacks: string; versions: string; out: string; output: string }) => {
    const result = await synth(options);
    if (options.output === 'json') {
      process.stdout.write(jsonReport(result));
    } else {
      const stream = result.exitCode === 0 ? process.stdout : process.stderr;
      stream.write(humanReport(result, options.out, styleFor(stream, process.env)));
    }
    process.exitCode = result.exitCode;
  });

program
  .command('reference')
  .description("write stack.schema.json and docs/reference (for work on this program's own schema)")
  .action(writeReference);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : BAD_USAGE;
  } else if (error instanceof EnvironmentProblem) {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = INTERNAL;
  } else {
    process.stderr.write(
      `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = INTERNAL;
  }
}
