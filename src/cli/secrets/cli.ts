import type { Command } from 'commander';
import { type Format, outputOption } from '../output-option.ts';
import { progressOn } from '../progress.ts';
import type { Reportable } from '../report.ts';
import { stackOption } from '../stack-option.ts';
import type { Shown, Style } from '../terminal.ts';
import type { SecretsOptions } from './options.ts';

/** Tells what a command came to. */
type Report = (
  result: Reportable,
  format: Format,
  human: (style: Style) => Shown,
  options: { readonly isAnswer: boolean },
) => void;

/** What the command line gives; lists are absent where nothing was written. */
interface Written {
  readonly stacks: string;
  readonly versions?: string;
  readonly stack?: readonly string[];
  readonly cert?: string;
  readonly controller?: string;
  readonly context?: string;
  readonly newCert?: true;
  readonly identity?: string;
  readonly acceptCertificate?: string[];
  readonly acceptRecipient?: string[];
  readonly fromFile?: string[];
  readonly fromEnv?: string[];
  readonly fromStdin?: string;
  readonly ask?: string[];
  readonly rotate?: string[];
  readonly oldSigningKey?: string;
  readonly fromEscrow?: true;
  readonly yes?: true;
  readonly output: Format;
}

/** Adds `secrets` with its verbs. */
export function addSecretsCommand(program: Command, report: Report): void {
  const secrets = program
    .command('secrets')
    .description(
      'create, check, rotate and reseal the values of Secrets; plain values are never written to a file',
    );

  accepting(common(secrets.command('status')))
    .description(
      'show whether each value is there, and who it is encrypted for; exit code 1 when one is missing, or when the next value would be encrypted for a recipient not accepted on this computer',
    )
    .action((written: Written) => run('status', [], written, report));

  values(certificate(common(secrets.command('create'))))
    .description('generate and encrypt missing values; existing ones stay as they are')
    .option('--rotate <key...>', 'also replace these values')
    .option('--old-signing-key <file>', 'the signing key that is replaced, where it cannot be opened here')
    .option('--yes', 'never ask: values that only you know stay missing')
    .action((written: Written) => run('create', written.rotate ?? [], written, report));

  values(certificate(common(secrets.command('rotate'))))
    .description('replace values, and say what restarts and who notices')
    .argument('[keys...]', 'keys to replace, such as livekit-keys/keys.yaml')
    .option('--old-signing-key <file>', 'the signing key that is replaced, where it cannot be opened here')
    .option('--yes', 'never ask')
    .action((keys: string[], written: Written) => run('rotate', keys, written, report));

  certificate(common(secrets.command('reseal')))
    .description('encrypt the same values for the newest certificate or for other recipients')
    .option('--from-escrow', 'take the values out of escrow, without the controller')
    .option('--yes', 'never ask')
    .action((written: Written) => run('reseal', [], written, report));
}

function common(command: Command): Command {
  return command
    .option('--stacks <folder>', 'folder with the stack files', 'stacks')
    .option(
      '--versions <file>',
      'file with the image versions (default: versions.yaml, or those of this program)',
    )
    .addOption(stackOption())
    .addOption(outputOption());
}

function certificate(command: Command): Command {
  return accepting(command)
    .option(
      '--cert <file>',
      "the controller's certificate, which is used instead of the pinned ones (default: the newest pinned one, else the one the controller gives)",
    )
    .option(
      '--controller <address>',
      'where the controller listens: NAMESPACE/NAME of its Service, or a URL such as http://localhost:8080',
    )
    .option(
      '--new-cert',
      'seal for the certificate that --cert names also where another one is pinned or was accepted here',
    )
    .option('--context <name>', 'context of the kubeconfig (default: the current one)')
    .option('--identity <file>', 'private age keys, for SOPS and escrow (default: $SOPS_AGE_KEY_FILE)');
}

function accepting(command: Command): Command {
  return command
    .option(
      '--accept-certificate <fingerprint...>',
      'the certificate with this SHA-256 is that of your controller: seal for it, now and later',
    )
    .option(
      '--accept-recipient <recipient...>',
      'this age key may open the values: encrypt for it, now and later',
    );
}

function values(command: Command): Command {
  return command
    .option('--from-file <key=file...>', 'take a value from a file')
    .option('--from-env <key=variable...>', 'take a value from an environment variable')
    .option('--from-stdin <key>', 'take a value from standard input')
    .option('--ask <key...>', 'ask for a value instead of making it; it is not shown');
}

/** Loaded only now: no other command needs it. */
async function run(
  verb: SecretsOptions['verb'],
  keys: readonly string[],
  written: Written,
  report: Report,
): Promise<void> {
  const [{ secrets }, { humanSecrets }, { terminal }] = await Promise.all([
    import('./run.ts'),
    import('./report.ts'),
    import('./prompt.ts'),
  ]);
  const { stacks, versions, cert, controller, context, identity, oldSigningKey } = written;
  const progress = progressOn(process.stderr);
  const result = await secrets(
    {
      verb,
      stacks,
      only: written.stack ?? [],
      keys,
      fromFile: written.fromFile ?? [],
      fromEnv: written.fromEnv ?? [],
      fromStdin: written.fromStdin,
      ask: written.ask ?? [],
      fromEscrow: written.fromEscrow === true,
      yes: written.yes === true,
      acceptCertificates: written.acceptCertificate ?? [],
      acceptRecipients: written.acceptRecipient ?? [],
      now: new Date(),
      ...(versions === undefined ? {} : { versions }),
      ...(cert === undefined ? {} : { cert }),
      ...(controller === undefined ? {} : { controller }),
      ...(context === undefined ? {} : { context }),
      newCert: written.newCert === true,
      ...(identity === undefined ? {} : { identity }),
      ...(oldSigningKey === undefined ? {} : { oldSigningKey }),
    },
    {
      environment: process.env,
      stdin: process.stdin,
      terminal: written.yes === true ? undefined : terminal(process.stdin, process.stderr),
    },
    progress.step,
  ).finally(progress.end);
  // That something is missing is what was asked for, not what went wrong.
  report(result, written.output, (style) => humanSecrets(result, style), { isAnswer: result.exitCode <= 1 });
}
