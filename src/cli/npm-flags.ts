import type { Command, Option } from 'commander';
import { shellWord } from '../plain/shell.ts';
import { namedCommand } from './usage.ts';
import { UsageProblem } from './usage-problem.ts';

/**
 * Options that npm has under the same names (https://docs.npmjs.com/cli/using-npm/config). Nobody can see that these
 * were meant for this program but `--yes`: the others come as they always do, or end npm itself.
 */
const OF_NPM = ['--cert', '--version', '--versions', '--help', '--yes'];

/** A script that does nothing but start this program: those of a clone, and of people who have installed it. */
const OWN_SCRIPT =
  /^(?:node scripts\/synth\.mjs|(?:npx (?:--?\S+ )*)?'?(?:[^\s;&|<>']*\/)?matrix-gitops'?)(?: [^;&|<>]*)?$/;

/** An option that npm has kept, and what it took for its values. */
interface Kept {
  readonly option: Option;
  readonly values: readonly string[];
}

/**
 * `npm run synth --check` would write, and never fail: npm takes options before `--` for its own, and hands none of
 * them on. It leaves them in the environment, so that a run which was meant to be another one can be stopped.
 *
 * @param program the commands, whose options are looked for
 * @param words the command line behind the name of the program
 * @returns what to write instead; undefined where npm has kept nothing
 */
export function keptByNpm(
  program: Command,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): UsageProblem | undefined {
  const { npm_lifecycle_script: script = '' } = environment;
  // Scripts that scripts start have the same environment: only one that starts this program and no other is meant.
  if (!OWN_SCRIPT.test(script)) return undefined;
  const { command, path, rest } = namedCommand(program, words);
  const kept = optionsOf(command).flatMap((option) => keptOption(option, rest, environment));
  if (kept.length === 0) return undefined;
  const inScript = script.split(/\s+/);
  const verbs = path.split(' ').filter((word) => !inScript.includes(word));
  const whole = [
    ...callOf(environment),
    ...verbs,
    ...rewritten(
      kept,
      rest.filter((word) => !inScript.includes(word)),
      command,
      path.startsWith('secrets'),
    ),
  ].join(' ');
  const names = kept.map(({ option }) => option.long).join(', ');
  return new UsageProblem(
    `npm took ${names} for itself, so this run would not do what you asked for; nothing was done`,
    `put two dashes before your options: \`${whole}\``,
  );
}

/** Those of a command; of a group whose command is missing, those of all that it could be. */
function optionsOf(command: Command): readonly Option[] {
  const all = [command, ...command.commands].flatMap((one) => one.options);
  return [...new Map(all.map((option) => [option.long, option])).values()];
}

/** Nothing for an option that was not written, or that was handed on. */
function keptOption(
  option: Option,
  words: readonly string[],
  { npm_command, ...environment }: NodeJS.ProcessEnv,
): readonly Kept[] {
  const { long, required } = option;
  if (long === undefined || long === null) return [];
  if (words.some((word) => word === long || word.startsWith(`${long}=`))) return [];
  const value = environment[`npm_config_${long.slice(2).replaceAll('-', '_')}`];
  if (value === undefined) return [];
  // `npx --yes` is for npx; and it is empty by default.
  if (OF_NPM.includes(long) && (npm_command === 'exec' || long !== '--yes' || value !== 'true')) return [];
  // What npm makes of `--no-check`.
  if (value === '' && !required) return [];
  // One that was written several times.
  return [{ option, values: value.split('\n\n') }];
}

/**
 * The words behind the command as they should have been written.
 *
 * @param rest what npm has handed on
 * @param isSecret words that may be values in the wrong place are not repeated then
 */
function rewritten(
  kept: readonly Kept[],
  rest: readonly string[],
  { registeredArguments: [argument] }: Command,
  isSecret: boolean,
): readonly string[] {
  const handedOn = rest.filter((word) => word.startsWith('-'));
  const loose = rest.filter((word) => !word.startsWith('-'));
  // Of `--stack chat`, npm keeps the first word and hands on the second.
  const parted = kept.filter(({ option, values }) => option.required && values.every((it) => it === 'true'));
  const isClear = parted.length === 1 && loose.length === 1 && !isSecret;
  const flags = kept.map((one) => {
    const { option, values } = one;
    const { long, required, flags: spelling } = option;
    if (!required) return `${long}`;
    const given = parted.includes(one) ? (isClear ? loose : []) : values;
    const placeholder = /<(.+?)(?:\.\.\.)?>/.exec(spelling)?.[1]?.toUpperCase() ?? 'VALUE';
    const isShown = given.length > 0 && !(isSecret && spelling.includes('<key'));
    return isShown ? given.map((value) => `${long} ${shellWord(value)}`).join(' ') : `${long} ${placeholder}`;
  });
  if (argument === undefined || loose.length === 0) return [...handedOn.map(shellWord), ...flags];
  const isSure = parted.length === 0 && !isSecret;
  const words = isSure ? loose.map(shellWord) : isClear ? [] : [argument.name().toUpperCase()];
  return [...handedOn.filter((word) => !isSecret || !word.includes('=')).map(shellWord), ...words, ...flags];
}

/** How the program was called, up to the two dashes. */
function callOf({
  npm_command,
  npm_lifecycle_event: script = 'synth',
}: NodeJS.ProcessEnv): readonly string[] {
  if (npm_command === 'exec') return ['npx', '--no-install', '--', 'matrix-gitops'];
  return ['npm run', shellWord(script), '--'];
}
