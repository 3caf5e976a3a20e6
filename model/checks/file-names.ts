import type { Diagnostic } from '../diagnostic.ts';
import { visible } from '../visible.ts';

/** Longest file name; file systems and archives take it, and so does a line of a terminal. */
const LONGEST = 128;
const FILE_NAME = new RegExp(`^(?=.{1,${LONGEST}}$)[A-Za-z0-9][A-Za-z0-9._-]*\\.ya?ml$`);

/**
 * What is wrong with the name of a YAML file that others mention: it goes into the first line of rendered files, into
 * reports and into commands to paste. Folders are the choice of whoever runs the program.
 *
 * @param file its path, with forward slashes
 */
export function checkFileName(file: string): readonly Diagnostic[] {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (FILE_NAME.test(name)) return [];
  return [
    {
      position: { file, line: 1, column: 1 },
      code: 'MG043',
      what: `the file name "${visible(name)}" is not valid`,
      remedy: `rename the file: letters, digits, dots, dashes and underscores, a letter or digit first, at most ${LONGEST}, ending in .yaml`,
    },
  ];
}
