import { type Command, Option } from 'commander';
import { type Format, outputOption } from '../output-option.ts';
import type { Reportable } from '../report.ts';
import type { Shown } from '../terminal.ts';

/** Adds `new` to the command line. */
export function addNewCommand(
  program: Command,
  report: (result: Reportable, format: Format, human: () => Shown) => void,
  confirm: (question: string) => Promise<boolean>,
): void {
  program
    .command('new')
    .description('write a first stack file, and remove the examples that a clone comes with')
    .argument('[name]', 'name of the stack: its file, its folder in the output and its namespace')
    .argument('[server-name]', 'the part after the colon in @user:example.org; it can never change')
    .option('--stacks <folder>', 'folder with the stack files', 'stacks')
    .option('--out <folder>', 'folder with what was rendered', 'dist')
    .addOption(new Option('--yes', 'remove the examples without a question').conflicts('keepExamples'))
    .option('--keep-examples', 'leave the examples where they are')
    .addOption(
      new Option('--remove-examples', 'remove the examples, and write no stack file').conflicts(
        'keepExamples',
      ),
    )
    .addOption(outputOption())
    .action(
      async (
        name: string | undefined,
        serverName: string | undefined,
        options: {
          stacks: string;
          out: string;
          yes?: true;
          keepExamples?: true;
          removeExamples?: true;
          output: Format;
        },
      ) => {
        // Loaded only now: it is run once in the life of a repository.
        const { newStack, newStackOf } = await import('./run.ts');
        const { humanNew } = await import('./report.ts');
        const { stacks, out } = options;
        const examples = options.yes ? 'remove' : options.keepExamples ? 'keep' : undefined;
        const stack = newStackOf(name, serverName, options.removeExamples === true);
        const result = await newStack({
          stack,
          stacks,
          out,
          confirm,
          ...(examples === undefined ? {} : { examples }),
        });
        report(result, options.output, () => humanNew(result, out));
      },
    );
}
