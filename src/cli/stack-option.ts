import { Option } from 'commander';

/** `--stack`, of every command that can work on some of the stacks. It takes one word, so that none is swallowed. */
export function stackOption(): Option {
  return new Option(
    '--stack <names>',
    'only these stacks, and the others are left alone: --stack a,b, or --stack a --stack b',
  ).argParser(names);
}

function names(written: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...written.split(',').map((name) => name.trim())];
}
