import { Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { stackOption } from '../../src/cli/stack-option.ts';
import { namedCommand, unknownCommand, usageProblem } from '../../src/cli/usage.ts';

/** The shape of the real command line. */
function program(): Command {
  const top = new Command('matrix-gitops').exitOverride().configureOutput({
    writeErr: () => undefined,
    writeOut: () => undefined,
    outputError: () => undefined,
  });
  top.command('synth').addOption(stackOption()).option('--out <folder>').option('--check').action(nothing);
  const secrets = top.command('secrets');
  secrets.command('rotate').argument('[keys...]').addOption(stackOption()).action(nothing);
  secrets.command('create').action(nothing);
  return top;
}

function nothing(): void {
  // What is called does not matter here.
}

/** What is said about a command line that commander refuses. */
function refusal(...words: readonly string[]): string {
  const top = program();
  try {
    top.parse(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return usageProblem(error, top, words).message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a command that is not there', () => {
  it.each([
    [['unknown', '--help'], 'unknown command "unknown"; write one of synth, secrets'],
    [['snyth'], 'unknown command "snyth"; did you mean "synth"? write one of synth, secrets'],
    [['help', 'snyth'], 'unknown command "snyth"; did you mean "synth"? write one of synth, secrets'],
    [
      ['secrets', 'rotat', '--help'],
      'unknown command "secrets rotat"; did you mean "secrets rotate"? write one of rotate, create',
    ],
    [['--output', 'json', 'snyth'], expect.stringContaining('unknown command "snyth"')],
  ])('is refused, with the nearest: %j', (words, expected) => {
    expect(unknownCommand(program(), words)?.message).toEqual(expected);
  });

  it.each([
    [['synth', 'word']],
    [['secrets', 'rotate', 'synapse-secrets/form-secret', '--help']],
    [['secrets', '--output', 'json']],
    [['help', 'secrets', 'create']],
    [['secrets', 'help', 'create']],
    [['--version']],
    [[]],
  ])('is not any of %j', (words) => {
    expect(unknownCommand(program(), words)).toBeUndefined();
  });

  it('leaves the words behind a command', () => {
    const { path, rest } = namedCommand(program(), ['--x', 'secrets', 'rotate', 'key', '--stack', 'chat']);
    expect({ path, rest }).toEqual({ path: 'secrets rotate', rest: ['--x', 'key', '--stack', 'chat'] });
  });
});

describe('what commander refuses', () => {
  it.each([
    [['synth', '--chek'], /^unknown option --chek of synth; did you mean --check\? /],
    [['synth', '--nope'], /^unknown option --nope of synth; run `matrix-gitops synth --help`/],
    [['synth', '--out'], /^the value of --out is missing; write --out <folder>$/],
    [['secrets'], /^the command after "secrets" is missing; write one of rotate, create$/],
    [[], /^a command is missing; write one of synth, secrets/],
    [['synth', '--stack', 'a', 'b'], /other words follow; several stacks are written --stack a,b, or /],
  ])('is said in our words, with what to write: %j', (words, expected) => {
    expect(refusal(...words)).toMatch(expected);
  });

  it('is never repeated where it may be a value in the wrong place', () => {
    expect(refusal('secrets', 'create', 'hunter2')).not.toContain('hunter2');
    expect(refusal('secrets', 'create', '--password=hunter2')).not.toContain('hunter2');
  });
});

describe('--stack', () => {
  const stacksOf = (...words: readonly string[]): unknown => {
    const top = program();
    top.parse(words, { from: 'user' });
    const { command } = namedCommand(top, words);
    return { stack: command.opts().stack, rest: command.args };
  };

  it('can be repeated, and takes several with commas', () => {
    const stack = ['chat', 'staging', 'lab'];
    expect(stacksOf('synth', '--stack', 'chat,staging', '--stack=lab')).toEqual({ stack, rest: [] });
  });

  it('leaves the keys of rotate alone', () => {
    const expected = { stack: ['chat'], rest: ['synapse-secrets/form-secret'] };
    expect(stacksOf('secrets', 'rotate', '--stack', 'chat', 'synapse-secrets/form-secret')).toEqual(expected);
  });

  it('is there even where it is empty, which must not mean all', () => {
    expect(stacksOf('synth', '--stack=')).toEqual({ stack: [''], rest: [] });
  });
});
