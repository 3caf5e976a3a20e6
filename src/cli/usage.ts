import type { Command, CommanderError } from 'commander';
import { nearest } from '../plain/nearest.ts';
import { ownCommand } from '../stack/own-command.ts';
import { UsageProblem } from './usage-problem.ts';

/** The command that the words of a command line name. */
export interface NamedCommand {
  readonly command: Command;
  /** Its words: `secrets create`; empty where only the program is named. */
  readonly path: string;
  /** The words behind it. */
  readonly rest: readonly string[];
}

/**
 * Where the words of a command line name a command next; -1 where they do not. No group of commands has options with
 * values, but everybody who writes `--output json` early means the same.
 */
function nextName(words: readonly string[]): number {
  return words.findIndex((word, index) => !word.startsWith('-') && words[index - 1] !== '--output');
}

/** Follows words to a command. */
export function namedCommand(program: Command, words: readonly string[]): NamedCommand {
  let command = program;
  let rest = words;
  const path: string[] = [];
  while (command.commands.length > 0) {
    const index = nextName(rest);
    const next = command.commands.find((one) => one.name() === rest[index]);
    if (next === undefined) break;
    path.push(next.name());
    rest = rest.toSpliced(index, 1);
    command = next;
  }
  return { command, path: path.join(' '), rest };
}

/**
 * A command that is not there, also where the command line asks for help, which would be that of something else.
 *
 * @param words the command line behind the name of the program
 */
export function unknownCommand(program: Command, words: readonly string[]): UsageProblem | undefined {
  // `help secrets create` asks for the same as `secrets create --help`.
  const { command, path, rest } = namedCommand(
    program,
    words.filter((word) => word !== 'help'),
  );
  const word = rest[nextName(rest)];
  if (command.commands.length === 0 || word === undefined) return undefined;
  const names = command.commands.map((one) => one.name());
  const near = nearest(word, names);
  return new UsageProblem(
    `unknown command "${path === '' ? word : `${path} ${word}`}"`,
    `${near === undefined ? '' : `did you mean "${path === '' ? near : `${path} ${near}`}"? `}write one of ${names.join(', ')}`,
  );
}

/** What commander found wrong with a command line, in the words of this program. */
export function usageProblem(
  { code, message }: CommanderError,
  program: Command,
  words: readonly string[],
): UsageProblem {
  const { command, path } = namedCommand(program, words);
  const help = `run ${ownCommand(`${path} --help`.trim())} to see what can be written`;
  const [first = '', suggestion = ''] = message.replace(/^error: /, '').split('\n');
  switch (code) {
    case 'commander.help':
      return new UsageProblem(
        path === '' ? 'a command is missing' : `the command after "${path}" is missing`,
        `write one of ${command.commands.map((one) => one.name()).join(', ')}`,
      );
    case 'commander.unknownOption': {
      // What follows the sign may be a value in the wrong place.
      const option = /'(-[^'=]*)/.exec(first)?.[1] ?? '';
      const near = /Did you mean (?:one of )?(.+)\?/.exec(suggestion)?.[1];
      return new UsageProblem(
        `unknown option ${option}${path === '' ? '' : ` of ${path}`}`,
        near === undefined ? help : `did you mean ${near}? Otherwise ${help}`,
      );
    }
    case 'commander.excessArguments': {
      // The words are not repeated: they may be values in the wrong place.
      const takesStacks = command.options.some(({ long }) => long === '--stack');
      return new UsageProblem(
        `${path} takes ${command.registeredArguments.length === 0 ? 'options only' : 'fewer words'}, and other words follow`,
        takesStacks && words.some((word) => word.startsWith('--stack'))
          ? `several stacks are written --stack a,b, or --stack a --stack b; otherwise ${help}`
          : help,
      );
    }
    case 'commander.conflictingOption': {
      const [, one = '', other = ''] = /'(--\S+).*' .*'(--\S+).*'/.exec(first) ?? [];
      return new UsageProblem(`${one} and ${other} do not go together`, `leave out ${one} or ${other}`);
    }
    case 'commander.optionMissingArgument': {
      const flags = /'(?:-\w, )?(--[^']+)'/.exec(first)?.[1] ?? '';
      return new UsageProblem(`the value of ${flags.split(' ')[0]} is missing`, `write ${flags}`);
    }
    case 'commander.invalidArgument': {
      const flags = /'(?:-\w, )?(--[^']+)'/.exec(first)?.[1] ?? '';
      const choices = /Allowed choices are (.+)\.$/.exec(first)?.[1];
      return new UsageProblem(
        `the value of ${flags.split(' ')[0]} is not valid`,
        choices === undefined ? help : `write one of ${choices}`,
      );
    }
    default:
      return new UsageProblem(first, help);
  }
}
