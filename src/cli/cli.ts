#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { errorCode } from '../plain/errno.ts';
import { SecretsProblem } from '../secrets/problem.ts';
import { EnvironmentProblem } from './environment-problem.ts';
import { StackFailure } from './failure.ts';
import { migrateFiles } from './migrate.ts';
import { addNewCommand } from './new/cli.ts';
import { keptByNpm } from './npm-flags.ts';
import { type Format, outputOption } from './output-option.ts';
import type { Problem } from './problem.ts';
import { progressOn } from './progress.ts';
import { writeReference } from './reference.ts';
import { humanMigration, humanReport, jsonProblem, jsonReport, type Reportable } from './report.ts';
import { addSecretsCommand } from './secrets/cli.ts';
import { stackOption } from './stack-option.ts';
import { synth } from './synth.ts';
import { line, lines, paragraph, type Shown, type Style, say, styleFor } from './terminal.ts';
import { TOOL_VERSION } from './tool-version.ts';
import { unknownCommand, usageProblem } from './usage.ts';
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
    // Help, where a command is missing.
    writeErr: (text) => {
      if (!wantsJson()) say(process.stderr, paragraph(text));
    },
    // Said by giveUp, like every other problem.
    outputError: () => undefined,
  });

program
  .command('synth')
  .description('render every stack file into the output folder')
  .option('--stacks <folder>', 'folder with the stack files', 'stacks')
  .option(
    '--versions <file>',
    'file with the image versions (default: versions.yaml, or those of this program)',
  )
  .option('--out <folder>', 'folder to write', 'dist')
  .addOption(stackOption())
  .addOption(new Option('--stdout', 'print the YAML and write nothing').conflicts('check'))
  .addOption(
    new Option(
      '--prune',
      'when the last stack file is gone, remove what was rendered of it without a question',
    ).conflicts(['check', 'stdout']),
  )
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
      stack?: readonly string[];
      stdout?: true;
      check?: true;
      strict?: true;
      prune?: true;
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
          prune: options.prune === true,
          confirm,
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
addNewCommand(program, report, confirm);

program
  .command('migrate')
  .description('rewrite stack files for the newest schema, as a change to review')
  .argument('[files...]', 'files to rewrite; default: all stack files, and the files that they extend')
  .option('--stacks <folder>', 'folder with the stack files', 'stacks')
  .addOption(outputOption())
  .action(async (files: string[], options: { stacks: string; output: Format }) => {
    const result = await migrateFiles({ files, stacks: options.stacks });
    report(result, options.output, (style) => humanMigration(result, style));
  });

program
  .command('reference')
  .description("write stack.schema.json and docs/reference (for work on this program's own schema)")
  .option('--out <folder>', 'folder to write them into (default: the top folder of a clone)')
  .action(async (options: { out?: string }) => await writeReference(options.out));

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

/** A question to the person at the terminal; no, where there is none. */
async function confirm(question: string): Promise<boolean> {
  // Loaded only now: almost no run asks.
  const { terminal } = await import('./secrets/prompt.ts');
  const answer = await terminal(process.stdin, process.stderr)?.line(`${question} (y/N) `);
  return /^y(?:es)?$/i.test(answer ?? '');
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

function giveUp(exitCode: number, problem: Problem, trace?: string): void {
  process.exitCode = exitCode;
  const { what, remedy, code } = problem;
  const stdoutIsTaken = process.argv.includes('--stdout');
  if (wantsJson()) say(stdoutIsTaken ? process.stderr : process.stdout, jsonProblem(exitCode, problem));
  // A stack trace has lines of its own; every other problem is one.
  else if (trace !== undefined) say(process.stderr, lines([paragraph(`internal error: ${trace}`)]));
  else {
    const place = code === undefined ? 'error' : `error ${code}`;
    say(process.stderr, lines([line`${place}: ${remedy === '' ? what : `${what}; ${remedy}`}`]));
  }
}

// Whoever reads may stop reading, as head does.
process.stdout.on('error', (error) => {
  if (errorCode(error) === 'EPIPE') process.exit(0);
  throw error;
});

/** Runs the command that the command line names, and sets the exit code. */
async function run(words: readonly string[]): Promise<void> {
  try {
    const misused = unknownCommand(program, words) ?? keptByNpm(program, words, process.env);
    if (misused !== undefined) throw misused;
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) process.exitCode = 0;
      // Help has been printed: that says more than one line.
      else if (error.code === 'commander.help' && !wantsJson()) process.exitCode = BAD_USAGE;
      else giveUp(BAD_USAGE, usageProblem(error, program, words));
    } else if (error instanceof UsageProblem || error instanceof SecretsProblem) {
      giveUp(BAD_USAGE, error);
    } else if (error instanceof EnvironmentProblem) {
      giveUp(INTERNAL, error);
    } else {
      const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const what = error instanceof StackFailure ? error.message : trace;
      giveUp(INTERNAL, { what, remedy: `please report it with these lines and what you ran` }, what);
    }
  }
}

/** Settled when the command has ended: the launcher keeps the compiled code then. */
export const ended: Promise<void> = run(process.argv.slice(2));
