import { Option } from 'commander';

/** How to report; every command that reports has it. */
export type Format = 'human' | 'json';

/** `--output`. */
export function outputOption(): Option {
  return new Option('--output <format>', 'how to report').choices(['human', 'json']).default('human');
}
