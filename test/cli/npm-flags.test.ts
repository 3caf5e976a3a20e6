import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { keptByNpm } from '../../src/cli/npm-flags.ts';

/** The shape of the real command line, with an option that nobody has thought of yet. */
const program = new Command('matrix-gitops').version('1.0.0');
program
  .command('synth')
  .option('--stack <names>')
  .option('--versions <file>')
  .addOption(new Option('--stdout'))
  .option('--check')
  .option('--brand-new');
const secrets = program.command('secrets');
secrets.command('create').option('--stack <names>').option('--from-file <key=file...>').option('--yes');
secrets
  .command('rotate')
  .argument('[keys...]')
  .option('--stack <names>')
  .option('--cert <file>')
  .option('--yes');
program.command('migrate').argument('[files...]').option('--stacks <folder>');

/** What npm 11 gives a script, as far as it matters. */
function environment(name: string, more: NodeJS.ProcessEnv = {}, script = `node scripts/synth.mjs ${name}`) {
  return {
    npm_command: 'run',
    npm_lifecycle_event: name,
    npm_lifecycle_script: script,
    npm_config_yes: '',
    ...more,
  };
}

/** The command that is printed; undefined where the run goes on. */
function corrected(words: string, of: NodeJS.ProcessEnv): string | undefined {
  const problem = keptByNpm(program, words.split(' '), of);
  return problem === undefined ? undefined : (/`(.*)`$/.exec(problem.remedy)?.[1] ?? problem.remedy);
}

describe('options that npm has kept', () => {
  it.each([
    ['synth', { npm_config_check: 'true' }, 'npm run synth -- --check'],
    ['synth', { npm_config_stdout: 'true' }, 'npm run synth -- --stdout'],
    ['synth', { npm_config_brand_new: 'true' }, 'npm run synth -- --brand-new'],
    ['synth chat', { npm_config_stack: 'true' }, 'npm run synth -- --stack chat'],
    ['synth', { npm_config_stack: 'chat' }, 'npm run synth -- --stack chat'],
    ['synth', { npm_config_stack: 'chat\n\nlab' }, 'npm run synth -- --stack chat --stack lab'],
    ["synth it's", { npm_config_stack: 'true' }, "npm run synth -- --stack 'it'\\''s'"],
    ['synth', { npm_config_stack: '' }, "npm run synth -- --stack ''"],
    [
      'synth chat',
      { npm_config_stack: 'true', npm_config_check: 'true' },
      'npm run synth -- --stack chat --check',
    ],
    ['synth --stdout', { npm_config_check: 'true' }, 'npm run synth -- --stdout --check'],
    ['secrets create', { npm_config_yes: 'true' }, 'npm run secrets -- create --yes'],
    ['secrets', { npm_config_yes: 'true' }, 'npm run secrets -- --yes'],
    ['migrate a.yaml b.yaml', { npm_config_stacks: 'x' }, 'npm run migrate -- a.yaml b.yaml --stacks x'],
  ])('%s with %o', (words, more, expected) => {
    expect(corrected(words, environment(words.split(' ')[0] ?? '', more))).toBe(expected);
  });

  it('are named, and it is said that nothing was done', () => {
    const problem = keptByNpm(program, ['synth'], environment('synth', { npm_config_check: 'true' }));
    expect(problem?.what).toBe(
      'npm took --check for itself, so this run would not do what you asked for; nothing was done',
    );
  });

  it('are written with what they are called where a word may be a secret in the wrong place', () => {
    const taken = { npm_config_from_file: 'true' };
    const text = corrected('secrets create key=hunter2', environment('secrets', taken));
    expect(text).toBe('npm run secrets -- create --from-file KEY=FILE');
    const joined = { npm_config_from_file: 'synapse-secrets/form-secret=hunter2' };
    expect(corrected('secrets create', environment('secrets', joined))).not.toContain('hunter2');
    const rotated = corrected(
      'secrets rotate chat hunter2',
      environment('secrets', { npm_config_stack: 'true' }),
    );
    expect(rotated).toBe('npm run secrets -- rotate KEYS --stack NAMES');
  });

  it('are noticed in a script of another name that starts this program', () => {
    const own = environment('render', { npm_config_check: 'true' }, 'matrix-gitops synth --stdout');
    expect(corrected('synth --stdout', own)).toBe('npm run render -- --check');
    const any = environment('mg', { npm_config_check: 'true' }, 'npx --no-install matrix-gitops');
    expect(corrected('synth', any)).toBe('npm run mg -- synth --check');
  });

  it('are noticed by npm exec', () => {
    const exec = { npm_command: 'exec', npm_config_check: 'true' };
    expect(corrected('synth', environment('npx', exec, "'matrix-gitops'"))).toBe(
      'npx --no-install -- matrix-gitops synth --check',
    );
  });
});

describe('a run goes on', () => {
  it.each([
    ['without npm', 'synth', { npm_config_check: 'true' }],
    ['with nothing kept', 'synth', environment('synth')],
    ['with the option handed on', 'synth --check', environment('synth', { npm_config_check: 'true' })],
    [
      'with it handed on together with its value',
      'synth --stack=x',
      environment('synth', { npm_config_stack: 'x' }),
    ],
    ['with an option of another command', 'migrate', environment('migrate', { npm_config_check: 'true' })],
    ['with --no-check', 'synth', environment('synth', { npm_config_check: '' })],
    [
      'below a script of another purpose',
      'synth',
      environment('test', { npm_config_check: 'true' }, 'tsc && vitest run'),
    ],
    [
      'below a script that starts something else first',
      'synth',
      environment('ci', { npm_config_check: 'true' }, 'make; matrix-gitops synth'),
    ],
    [
      'with what npm says of its own options',
      'secrets rotate',
      environment('secrets', { npm_config_cert: 'x' }),
    ],
    ['with --versions, which is npm’s', 'synth', environment('synth', { npm_config_versions: 'true' })],
    [
      'with npx --yes, which is for npx',
      'secrets create',
      environment('npx', { npm_command: 'exec', npm_config_yes: 'true' }, "'matrix-gitops'"),
    ],
  ])('%s', (_, words, of) => {
    expect(keptByNpm(program, words.split(' '), of)).toBeUndefined();
  });
});
