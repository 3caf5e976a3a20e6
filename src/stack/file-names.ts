import { visible } from '../plain/visible.ts';
import type { Diagnostic } from './diagnostic.ts';

/** Longest file name; file systems and archives take it, and so does a line of a terminal. */
const LONGEST = 128;
/** Longest part of a Secret's file name that says for which namespace it is. */
const LONGEST_PLACE = 64;
const SECRET_FILE_NAME = new RegExp(
  `^(?=.{1,${LONGEST + LONGEST_PLACE}}$)[A-Za-z0-9][A-Za-z0-9._-]*(?:@[a-z0-9-]{1,63})?\\.ya?ml$`,
);
const FILE_NAME = new RegExp(`^(?=.{1,${LONGEST}}$)[A-Za-z0-9][A-Za-z0-9._-]*\\.ya?ml$`);

/**
 * What is wrong with the name of a YAML file that others mention: it goes into the first line of rendered files, into
 * reports and into commands to paste. Folders are the choice of whoever runs the program.
 *
 * @param file its path, with forward slashes
 */
export function checkFileName(file: string): readonly Diagnostic[] {
  return checked(file, FILE_NAME, LONGEST, '');
}

/** The same for a file with a Secret, whose name can end in the namespace that it is for: `NAME@NAMESPACE.yaml`. */
export function checkSecretFileName(file: string): readonly Diagnostic[] {
  return checked(
    file,
    SECRET_FILE_NAME,
    LONGEST + LONGEST_PLACE,
    ' (before .yaml @ and a namespace can follow)',
  );
}

function checked(file: string, pattern: RegExp, longest: number, more: string): readonly Diagnostic[] {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (pattern.test(name)) return [];
  return [
    {
      position: { file, line: 1, column: 1 },
      code: 'MG043',
      what: `the file name "${visible(name)}" is not valid`,
      remedy: `rename the file: letters, digits, dots, dashes and underscores${more}, a letter or digit first, at most ${longest}, ending in .yaml`,
    },
  ];
}
