#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { SecretsProblem } from '../secrets/problem.ts';
import { EnvironmentProblem } from './environment-problem.ts';
import { StackFailure } from './failure.ts';
import { migrateFiles } from './migrate.ts';
import { type Format, outputOption } from './output-option.ts';
import { progressOn } from './progress.ts';
import { writeReference } from './reference.ts';
import { humanMigration, humanReport, jsonProblem, jsonReport, type Reportable } from './report.ts';
import { addSecretsCommand } from './secrets/cli.ts';
import { synth } from './synth.ts';
import { line, lines, paragraph, type Shown, type Style, say, styleFor } from './terminal.ts';
import { TOOL_VERSION } from './tool-version.ts';
import { UsageProblem } from './usage-problem.ts';

/** Bad usage or input; see docs/reference/errors.md for all exit codes. */
const BAD_USAGE = 2;
/** Something inside the program or around it. */
const INTERNAL = 3;

const program = new Command('matrix-gitops')
  .description('Renders Matrix stacks into plain Kubernetes YAML.')
  .version(TOOL_VERSION)
  .exitOverride()
  .configureOutput({
    writeOut: (text) => say(process.stdout, paragraph(text)),
    writeErr: (text) => say(process.stderr, paragraph(text)),
    // It repeats what was written, which may have lines of its own.
    outputError: (text) => {
      const error = text.trimEnd().replace(/\n(?=\(Did you mean )/, ' ');
      say(process.stderr, lines([line`${error}`]));
    },
  })
  .showHelpAfterError();

program
  .command('synth')
  .description('render every stack file into the output folder')
  .option('--stacks <folder>', 'folder with the stack files', 'stacks')
  .option(
    '--versions <file>',
    'file with the image versions (default: versions.yaml, or those of this program)',
  )
  .option('--out <folder>', 'folder to write', 'dist')
  .option('--stack <name...>', 'only this stack; can be repeated, and leaves the others alone')
  .addOption(new Option('--stdout', 'print the YAML and write nothing').conflicts('check'))
  .option('--check', 'write nothing; exit code 1 when the output folder is not up to date')
  .option(
    '--strict',
    'exit code 1 when a stack is not ready to go live: Secrets without a value, an address from an example',
  )
  .addOption(outputOption())
  .action(
    async (options: {
      stacks: string;
      versions?: string;
      out: string;
      stack?: string[];
      stdout?: true;
      check?: true;
      strict?: true;
      output: Format;
    }) => {
      const progress = progressOn(process.stderr);
      try {
        const result = await synth({
          stacks: options.stacks,
          ...(options.versions === undefined ? {} : { versions: options.versions }),
          out: options.out,
          only: options.stack ?? [],
          mode: options.stdout ? 'print' : options.check ? 'check' : 'write',
          strict: options.strict === true,
          print,
          progress: progress.step,
        });
        progress.end();
        report(result, options.output, (style) => humanReport(result, options.out, style), {
          stdoutIsTaken: options.stdout === true,
        });
      } finally {
        progress.end();
      }
    },
  );

addSecretsCommand(program, report);

program
  .command('migrate')
  .description('rewrite stack files for the newest schema, as a change to review')
  .argument('[files...]', 'files to rewrite; default: all in the folder with the stack files')
  .option('--stacks <folder>', 'folder with the stack files', 'stacks')
  .addOption(outputOption())
  .action(async (files: string[], options: { stacks: string; output: Format }) => {
    const result = await migrateFiles({ files, stacks: options.stacks });
    report(result, options.output, (style) => humanMigration(result, style));
  });

program
  .command('reference')
  .description("write stack.schema.json and docs/reference (for work on this program's own schema)")
  .action(writeReference);

/** Tells what a command came to, on stdout unless something is wrong or stdout carries YAML. */
function report(
  result: Reportable,
  format: Format,
  human: (style: Style) => Shown,
  { stdoutIsTaken = false, isAnswer = result.exitCode === 0 } = {},
): void {
  process.exitCode = result.exitCode;
  if (format === 'json') {
    say(stdoutIsTaken ? process.stderr : process.stdout, jsonReport(result));
    return;
  }
  const stream = isAnswer && !stdoutIsTaken ? process.stdout : process.stderr;
  say(stream, human(styleFor(stream, process.env)));
}

/** Waits until the reader has taken it, so that the texts of many stacks do not pile up. */
async function print(text: string): Promise<void> {
  await new Promise<void>((done, failed) => {
    process.stdout.write(text, (error) => (error ? failed(error) : done()));
  });
}

/** True where programs read the report, also of what went wrong before it was known how to report. */
function wantsJson(): boolean {
  const { argv } = process;
  return argv.includes('--output=json') || argv[argv.indexOf('--output') + 1] === 'json';
}

function giveUp(exitCode: number, kind: 'error' | 'internal error', problem: string): void {
  process.exitCode = exitCode;
  const stdoutIsTaken = process.argv.includes('--stdout');
  if (wantsJson()) say(stdoutIsTaken ? process.stderr : process.stdout, jsonProblem(exitCode, problem));
  // A stack trace has lines of its own; every other problem is one.
  else if (kind === 'internal error') say(process.stderr, lines([paragraph(`${kind}: ${problem}`)]));
  else say(process.stderr, lines([line`${kind}: ${problem}`]));
}

// Whoever reads may stop reading, as head does.
process.stdout.on('error', (error) => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : BAD_USAGE;
  } else if (error instanceof UsageProblem || error instanceof SecretsProblem) {
    giveUp(BAD_USAGE, 'error', error.message);
  } else if (error instanceof EnvironmentProblem) {
    giveUp(INTERNAL, 'error', error.message);
  } else if (error instanceof StackFailure) {
    giveUp(INTERNAL, 'internal error', error.message);
  } else {
    giveUp(
      INTERNAL,
      'internal error',
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  }
}
